using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// The head over the rows that predict a scored token, or that a reward model reads, with its derivative. A group's loss needs the sums of all its answers
/// before the first gradient, so there are two ways: where the logits of a unit of groups that share answers fit the budget they are computed once and turned
/// in place into their own gradient (three matrix products); else in chunks, the log-sum-exp first and the logits again for the gradient (four). The logits of
/// a whole step never exist.
/// </summary>
/// <param name="budget">Bytes that logits may take at a time.</param>
internal sealed class ResponseHead(Decoder decoder, IAlignmentLoss loss, long budget = ResponseHead.DefaultBudget)
{
    public const long DefaultBudget = ComputePlan.DefaultLogitsBudget;

    /// <summary>Rows whose logits fit the budget.</summary>
    private long Chunk => Math.Max(1, budget / (4L * decoder.Architecture.HeadSize));

    private readonly double? _softCap = decoder.Architecture.LogitsSoftCap;
    private readonly float _scaling = (float)decoder.Architecture.LogitsScaling;

    /// <summary>Adds to the gradients of head and final norm.</summary>
    /// <param name="hidden">[N, hidden], before the final norm</param>
    /// <param name="context">What a group weighs in its step, with the place of the batch's first one.</param>
    /// <returns>The gradient of <paramref name="hidden"/>, and each group's log-probabilities and loss in their order.</returns>
    public (Tensor Gradient, GroupResult[] Groups) ForwardBackward(Tensor hidden, PackedBatch batch, GroupContext context, CancellationToken cancellationToken)
    {
        using WeightLease lease = decoder.Weights.EnterHead(WeightUse.Backward);
        using NewScope scope = new();
        Tensor rows = tensor(batch.ScoredRows, int64, decoder.Device);
        Tensor selected = hidden.index_select(0, rows); // [M, hidden]
        (Tensor normed, Tensor statistics) = decoder.FinalNorm.Forward(selected);
        Tensor targets = tensor(batch.Targets, int64, decoder.Device).unsqueeze(1); // [M, 1]
        Tensor gradient = empty_like(normed), logits = Logits(batch);
        var results = new GroupResult[batch.Groups.Count()];
        foreach (PackedUnit unit in batch.Units)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Run(unit, context, new Rows(normed, targets, gradient, logits).Of(unit.Start, unit.Count), results);
        }
        logits.Dispose();
        Tensor selectedGradient = decoder.FinalNorm.Backward(gradient, selected, statistics);
        lease.GradientsReady();
        return (scope.Keep(zeros_like(hidden).index_add_(0, rows, selectedGradient, 1)), results);
    }

    /// <summary>[M, rows of the head], of the largest unit or chunk: fresh memory is dear, so one piece serves all of them.</summary>
    private Tensor Logits(PackedBatch batch) =>
        empty([Math.Min(Chunk, batch.Units.Max(u => u.Count)), decoder.Architecture.HeadSize], float32, decoder.Device);

    private void Run(PackedUnit unit, GroupContext context, Rows rows, GroupResult[] results)
    {
        using DisposeScope scope = NewDisposeScope();
        if (unit.Count > Chunk)
        {
            RunInChunks(unit, context, rows, results);
            return;
        }
        (HeadRows computed, TokenFigures figures) = Compute(rows);
        float[] derivatives = Evaluate(unit, context, figures, results);
        Backward(computed, tensor(derivatives, [unit.Count, 1], device: decoder.Device), rows);
    }

    private void RunInChunks(PackedUnit unit, GroupContext context, Rows rows, GroupResult[] results)
    {
        List<TokenFigures> figures = [];
        foreach ((long from, long count) in Chunks(unit.Count, Chunk))
        {
            using DisposeScope scope = NewDisposeScope();
            figures.Add(Compute(rows.Of(from, count)).Figures);
        }
        float[] derivatives = Evaluate(unit, context, TokenFigures.Joined(figures), results);
        foreach ((long from, long count) in Chunks(unit.Count, Chunk))
        {
            using DisposeScope scope = NewDisposeScope();
            Rows part = rows.Of(from, count);
            Backward(Compute(part).Rows, tensor(derivatives.AsSpan((int)from, (int)count).ToArray(), [count, 1], device: decoder.Device), part);
        }
    }

    private static IEnumerable<(long From, long Count)> Chunks(long rows, long chunk)
    {
        for (long from = 0; from < rows; from += chunk) yield return (from, Math.Min(chunk, rows - from));
    }

    private (HeadRows Rows, TokenFigures Figures) Compute(Rows rows)
    {
        Tensor logits = decoder.Logits(rows.Normed, rows.Logits);
        Tensor? slope = _softCap is { } cap ? (logits / (float)cap).pow_(2).neg_().add_(1) : null; // of cap tanh(x / cap)
        return (new HeadRows(logits, slope), decoder.Figures(logits, rows.Targets, TokenScores.Wanted(loss.Facts)));
    }

    /// <returns>d loss / d log p of the unit's rows, or d loss / d reward, added up over its groups.</returns>
    private float[] Evaluate(PackedUnit unit, GroupContext context, TokenFigures figures, GroupResult[] results)
    {
        var tokens = new TokenScores(loss, figures, unit.Start);
        double[] derivatives = new double[unit.Count];
        foreach (PackedGroup group in unit.Groups)
        {
            GroupScore score = tokens.Of(group);
            GroupLoss found = loss.Evaluate(score, context with { Index = context.Index + group.Place });
            results[group.Place] = new GroupResult(score, found);
            for (int i = 0; i < group.Answers.Length; i++)
            {
                float[]? weights = found.WeightedDerivatives.Length > 0 ? tokens.Weights(group, i) : null;
                Add(group.Answers[i], t => found.Derivatives[i] + (weights is null ? 0 : weights[t] * found.WeightedDerivatives[i]));
            }
            foreach (ScoredSpan span in group.Prompt) Add(span, _ => found.PromptDerivative);
        }
        return Array.ConvertAll(derivatives, d => (float)d);

        void Add(ScoredSpan span, Func<int, double> derivative)
        {
            for (int t = 0; t < span.Count; t++) derivatives[span.Start - unit.Start + t] += derivative(t);
        }
    }

    /// <summary>Through the head. What a reward model says is its only logit, with the derivative as it is.</summary>
    private void Backward(HeadRows computed, Tensor derivatives, Rows rows)
    {
        Tensor logits = decoder.Architecture.RewardHead is null ? ToLogits(computed, derivatives, rows) : derivatives;
        logits = logits.to(rows.Normed.dtype);
        MatrixProducts.Into(rows.Gradient, logits, decoder.Head.Compute);
        if (decoder.Architecture.TiedHead) decoder.Embedding.TokenRows?.LogitsBackward(logits, rows.Normed, rows.Gradient);
        if (decoder.Head.IsTrained) decoder.Head.AddProduct(logits, rows.Normed);
        if (decoder.HeadBias is { IsTrained: true } bias) bias.Gradient.add_(logits.to(float32).sum([0L]));
    }

    /// <summary>d loss / d logit = w (one-hot - softmax), with w the derivative of the row's log p, then through soft cap and scaling.</summary>
    private Tensor ToLogits(HeadRows computed, Tensor derivatives, Rows rows)
    {
        Tensor logits = computed.Probabilities.mul_(derivatives.neg());
        logits.scatter_add_(1, rows.Targets, derivatives);
        if (computed.Slope is not null) logits.mul_(computed.Slope);
        return _scaling == 1 ? logits : logits.div_(_scaling);
    }

    /// <summary>Scored rows on their way through the head.</summary>
    /// <param name="Normed">[M, hidden], behind the final norm</param>
    /// <param name="Targets">[M, 1] int64</param>
    /// <param name="Gradient">[M, hidden], to be filled in</param>
    /// <param name="Logits">[M or more, rows of the head], working memory</param>
    private readonly record struct Rows(Tensor Normed, Tensor Targets, Tensor Gradient, Tensor Logits)
    {
        public Rows Of(long from, long count) =>
            new(Normed.narrow(0, from, count), Targets.narrow(0, from, count), Gradient.narrow(0, from, count),
                Logits.narrow(0, 0, Math.Min(count, Logits.shape[0])));
    }

    /// <param name="Probabilities">[M, vocabulary], where the logits were</param>
    /// <param name="Slope">[M, vocabulary], of the soft cap; null for none</param>
    private readonly record struct HeadRows(Tensor Probabilities, Tensor? Slope);
}
