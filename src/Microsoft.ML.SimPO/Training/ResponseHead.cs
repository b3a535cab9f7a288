using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
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
internal sealed class ResponseHead(Decoder decoder, IAlignmentLoss loss, long budget = ResponseHead.DefaultBudget)
{
    public const long DefaultBudget = ComputePlan.DefaultLogitsBudget;

    /// <summary>Rows whose logits fit the budget.</summary>
    private long Chunk => Math.Max(1, budget / (4L * decoder.Architecture.VocabularySize));

    private readonly double? _softCap = decoder.Architecture.LogitsSoftCap;
    private readonly float _scaling = (float)decoder.Architecture.LogitsScaling;

    /// <summary>Adds to the gradients of head and final norm.</summary>
    /// <param name="hidden">[N, hidden], before the final norm</param>
    /// <param name="context">What a pair weighs in its step.</param>
    /// <returns>The gradient of <paramref name="hidden"/>, and each pair's log-probabilities and loss.</returns>
    public (Tensor Gradient, GroupResult[] Pairs) ForwardBackward(Tensor hidden, PackedBatch batch, GroupContext context, CancellationToken cancellationToken)
    {
        using WeightLease lease = decoder.Weights.EnterHead(WeightUse.Backward);
        using NewScope scope = new();
        Tensor rows = tensor(batch.ScoredRows, int64, decoder.Device);
        Tensor selected = hidden.index_select(0, rows); // [M, hidden]
        (Tensor normed, Tensor reciprocalRms) = decoder.FinalNorm.Forward(selected);
        Tensor targets = tensor(batch.Targets, int64, decoder.Device).unsqueeze(1); // [M, 1]
        Tensor gradient = empty_like(normed), logits = Logits(batch);
        var results = new GroupResult[batch.Pairs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope inner = NewDisposeScope();
            PackedPair pair = batch.Pairs[i];
            results[i] = Pair(pair, context, new Rows(normed, targets, gradient, logits).Of(pair.Start, pair.Count));
        }
        logits.Dispose();
        Tensor selectedGradient = decoder.FinalNorm.Backward(gradient, selected, reciprocalRms);
        lease.GradientsReady();
        return (scope.Keep(zeros_like(hidden).index_add_(0, rows, selectedGradient, 1)), results);
    }

    /// <summary>[M, vocabulary], of the largest pair or chunk: fresh memory is dear, so one piece serves all of them.</summary>
    private Tensor Logits(PackedBatch batch) =>
        empty([Math.Min(Chunk, batch.Pairs.Max(p => p.Count)), decoder.Architecture.VocabularySize], device: decoder.Device);

    private GroupResult Pair(PackedPair pair, GroupContext context, Rows rows)
    {
        using DisposeScope scope = NewDisposeScope();
        if (pair.Count > Chunk) return PairInChunks(pair, context, rows);
        HeadRows computed = Compute(rows);
        GroupResult result = Evaluate(pair, context, computed.LogProbabilities);
        Backward(computed, Derivatives(result, 0, pair.Count), rows);
        return result;
    }

    private GroupResult PairInChunks(PackedPair pair, GroupContext context, Rows rows)
    {
        List<Tensor> logps = [];
        foreach ((long from, long count) in Chunks(pair.Count, Chunk))
        {
            using NewScope scope = new();
            logps.Add(scope.Keep(Compute(rows.Of(from, count)).LogProbabilities));
        }
        GroupResult result = Evaluate(pair, context, cat(logps, 0));
        foreach ((long from, long count) in Chunks(pair.Count, Chunk))
        {
            using DisposeScope scope = NewDisposeScope();
            Rows part = rows.Of(from, count);
            Backward(Compute(part), Derivatives(result, (int)from, (int)count), part);
        }
        return result;
    }

    private static IEnumerable<(long From, long Count)> Chunks(long rows, long chunk)
    {
        for (long from = 0; from < rows; from += chunk) yield return (from, Math.Min(chunk, rows - from));
    }

    private HeadRows Compute(Rows rows)
    {
        Tensor logits = decoder.Logits(rows.Normed, rows.Logits);
        Tensor? slope = _softCap is { } cap ? (logits / (float)cap).pow_(2).neg_().add_(1) : null; // of cap tanh(x / cap)
        return new HeadRows(logits, slope, FusedOperations.SoftmaxInPlace(logits, rows.Targets));
    }

    private GroupResult Evaluate(PackedPair pair, GroupContext context, Tensor logps)
    {
        float[] values = logps.cpu().data<float>().ToArray();
        double Sum(int from, int count) => values.AsSpan(from, count).ToArray().Sum(v => (double)v);
        var both = GroupScore.Pair(Sum(0, pair.ChosenCount), pair.ChosenCount, Sum(pair.ChosenCount, pair.RejectedCount), pair.RejectedCount);
        return new GroupResult(pair.Index, both, loss.Evaluate(both, context));
    }

    /// <summary>d loss / d log p of the rows [from, from + count) of a pair.</summary>
    private Tensor Derivatives(GroupResult result, int from, int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)result.Loss.Derivatives[from + i < result.Score.Chosen.Count ? 0 : 1];
        return tensor(values, [count, 1], device: decoder.Device);
    }

    /// <summary>d loss / d logit = w (one-hot - softmax), with w the derivative of the row's log p, then through soft cap and scaling.</summary>
    private void Backward(HeadRows computed, Tensor derivatives, Rows rows)
    {
        Tensor logits = computed.Probabilities.mul_(derivatives.neg());
        logits.scatter_add_(1, rows.Targets, derivatives);
        if (computed.Slope is not null) logits.mul_(computed.Slope);
        if (_scaling != 1) logits.div_(_scaling);
        logits = logits.to(rows.Normed.dtype);
        rows.Gradient.addmm_(logits, decoder.Head.Compute, beta: 0, alpha: 1);
        if (decoder.Head.IsTrained) decoder.Head.AddProduct(logits, rows.Normed);
    }

    /// <summary>Scored rows on their way through the head.</summary>
    /// <param name="Normed">[M, hidden], behind the final norm</param>
    /// <param name="Targets">[M, 1] int64</param>
    /// <param name="Gradient">[M, hidden], to be filled in</param>
    /// <param name="Logits">[M or more, vocabulary], working memory</param>
    private readonly record struct Rows(Tensor Normed, Tensor Targets, Tensor Gradient, Tensor Logits)
    {
        public Rows Of(long from, long count) =>
            new(Normed.narrow(0, from, count), Targets.narrow(0, from, count), Gradient.narrow(0, from, count), Logits.narrow(0, 0, Math.Min(count, Logits.shape[0])));
    }

    /// <param name="Probabilities">[M, vocabulary], where the logits were</param>
    /// <param name="Slope">[M, vocabulary], of the soft cap; null for none</param>
    /// <param name="LogProbabilities">[M], of the targets</param>
    private readonly record struct HeadRows(Tensor Probabilities, Tensor? Slope, Tensor LogProbabilities);
}
