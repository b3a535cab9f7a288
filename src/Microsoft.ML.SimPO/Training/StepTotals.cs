using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Scores the groups of a step before its gradients, for a loss that wants to know what they are together. That costs a forward pass.</summary>
/// <param name="weighting">Whether a step is one whole, or each of its micro-batches, as in the reference trainers.</param>
internal sealed class StepTotals(Decoder decoder, IAlignmentLoss loss, StepWeighting weighting)
{
    /// <param name="contexts">Of each micro-batch.</param>
    /// <param name="parts">The passes of each micro-batch.</param>
    /// <returns>The contexts with the totals, and with the place of the micro-batch's first group in them.</returns>
    public GroupContext[] AddTo(GroupContext[] contexts, IReadOnlyList<List<int[]>> parts, IReadOnlyList<EncodedPrompt> groups, CancellationToken cancellationToken)
    {
        if (!loss.NeedsTotals) return contexts;
        var scorer = new GroupScorer(decoder, loss);
        GroupScore[][] scores = [.. parts.Select(m => m.SelectMany(p => scorer.Score([.. p.Select(i => groups[i])], cancellationToken)).ToArray())];
        if (weighting.ByMicroBatch) return [.. contexts.Select((c, i) => c with { Totals = loss.Totals(scores[i]) })];
        double[] totals = loss.Totals([.. scores.SelectMany(s => s)]);
        return [.. contexts.Select((c, i) => c with { Totals = totals, Index = scores.Take(i).Sum(s => s.Length) })];
    }
}
