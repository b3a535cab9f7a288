using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// The vocabulary matrix over the rows that predict a scored token, with its derivative. A pair's loss needs both of its means before the first
/// gradient, so there are two ways: where the logits of a pair fit the budget they are computed once and turned in place into their own gradient
/// (three matrix products); else in chunks, the log-sum-exp first and the logits again for the gradient (four). The logits of a whole step never exist.
/// </summary>
/// <param name="budget">Bytes that logits may take at a time.</param>
internal sealed class ResponseHead(Decoder decoder, IPreferenceLoss loss, long budget = ResponseHead.DefaultBudget)
{
    public const long DefaultBudget = 256L << 20;

    private readonly double? _softCap = decoder.Architecture.LogitsSoftCap;
    private readonly float _scaling = (float)decoder.Architecture.LogitsScaling;

    /// <summary>Adds to the gradients of head and final norm.</summary>
    /// <param name="hidden">[N, hidden], before the final norm</param>
    /// <param name="context">What a pair weighs in its step.</param>
    /// <returns>The gradient of <paramref name="hidden"/>, and each pair's log-probabilities and loss.</returns>
    public (Tensor Gradient, PairResult[] Pairs) ForwardBackward(Tensor hidden, PackedBatch batch, PairContext context, CancellationToken cancellationToken)
    {
        using NewScope scope = new();
        Tensor rows = tensor(batch.ScoredRows, int64, decoder.Device);
        Tensor selected = hidden.index_select(0, rows); // [M, hidden]
        (Tensor normed, Tensor reciprocalRms) = decoder.FinalNorm.Forward(selected);
        Tensor targets = tensor(batch.Targets, int64, decoder.Device).unsqueeze(1); // [M, 1]
        Tensor gradient = empty_like(normed);
        var results = new PairResult[batch.Pairs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PackedPair pair = batch.Pairs[i];
            results[i] = Pair(pair, context, normed.narrow(0, pair.Start, pair.Count), targets.narrow(0, pair.Start, pair.Count), gradient.narrow(0, pair.Start, pair.Count));
        }
        Tensor selectedGradient = decoder.FinalNorm.Backward(gradient, selected, reciprocalRms);
        return (scope.Keep(zeros_like(hidden).index_add_(0, rows, selectedGradient, 1)), results);
    }

    private PairResult Pair(PackedPair pair, PairContext context, Tensor normed, Tensor targets, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        long chunk = Math.Max(1, budget / (4L * decoder.Architecture.VocabularySize));
        if (pair.Count > chunk) return PairInChunks(pair, context, normed, targets, gradient, chunk);
        HeadRows rows = Compute(normed, targets);
        PairResult result = Evaluate(pair, context, rows.LogProbabilities);
        Backward(rows, Derivatives(result, 0, pair.Count), normed, targets, gradient);
        return result;
    }

    private PairResult PairInChunks(PackedPair pair, PairContext context, Tensor normed, Tensor targets, Tensor gradient, long chunk)
    {
        List<Tensor> logps = [];
        foreach ((long from, long count) in Chunks(pair.Count, chunk))
        {
            using NewScope scope = new();
            logps.Add(scope.Keep(Compute(normed.narrow(0, from, count), targets.narrow(0, from, count)).LogProbabilities));
        }
        PairResult result = Evaluate(pair, context, cat(logps, 0));
        foreach ((long from, long count) in Chunks(pair.Count, chunk))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor part = normed.narrow(0, from, count), target = targets.narrow(0, from, count);
            Backward(Compute(part, target), Derivatives(result, (int)from, (int)count), part, target, gradient.narrow(0, from, count));
        }
        return result;
    }

    private static IEnumerable<(long From, long Count)> Chunks(long rows, long chunk)
    {
        for (long from = 0; from < rows; from += chunk) yield return (from, Math.Min(chunk, rows - from));
    }

    private HeadRows Compute(Tensor normed, Tensor targets)
    {
        Tensor logits = decoder.Logits(normed);
        Tensor? slope = _softCap is { } cap ? (logits / (float)cap).pow_(2).neg_().add_(1) : null; // of cap tanh(x / cap)
        (Tensor logps, Tensor sums) = FusedOperations.ExponentialsInPlace(logits, targets);
        return new HeadRows(logits, sums, slope, logps);
    }

    private PairResult Evaluate(PackedPair pair, PairContext context, Tensor logps)
    {
        float[] values = logps.cpu().data<float>().ToArray();
        double Sum(int from, int count) => values.AsSpan(from, count).ToArray().Sum(v => (double)v);
        var both = new PairLogProbabilities(Sum(0, pair.ChosenCount), pair.ChosenCount, Sum(pair.ChosenCount, pair.RejectedCount), pair.RejectedCount);
        return new PairResult(pair.Index, both, loss.Evaluate(both, context));
    }

    /// <summary>d loss / d log p of the rows [from, from + count) of a pair.</summary>
    private Tensor Derivatives(PairResult result, int from, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(from + i < result.LogProbabilities.ChosenCount ? result.Loss.ChosenDerivative : result.Loss.RejectedDerivative);
        return tensor(values, [count, 1], device: decoder.Device);
    }

    /// <summary>d loss / d logit = w (one-hot - softmax), with w the derivative of the row's log p, then through soft cap and scaling.</summary>
    private void Backward(HeadRows rows, Tensor derivatives, Tensor normed, Tensor targets, Tensor gradient)
    {
        Tensor logits = rows.Exponentials.mul_(derivatives.neg().div_(rows.Sums));
        logits.scatter_add_(1, targets, derivatives);
        if (rows.Slope is not null) logits.mul_(rows.Slope);
        if (_scaling != 1) logits.div_(_scaling);
        gradient.copy_(mm(logits, decoder.Head.Value));
        if (decoder.Head.IsTrained) decoder.Head.Gradient.addmm_(logits.t(), normed, beta: 1, alpha: 1);
    }

    /// <param name="Exponentials">[M, vocabulary], e^(logit - largest)</param>
    /// <param name="Sums">[M, 1], of each row</param>
    /// <param name="Slope">[M, vocabulary], of the soft cap; null for none</param>
    /// <param name="LogProbabilities">[M], of the targets</param>
    private readonly record struct HeadRows(Tensor Exponentials, Tensor Sums, Tensor? Slope, Tensor LogProbabilities);
}
