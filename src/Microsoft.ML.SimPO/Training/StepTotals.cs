using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// Sends the groups of a step forward before its gradients, for a loss that wants to know what they are together, and for routers that are balanced over more
/// than one pass. That costs a forward pass.
/// </summary>
/// <param name="weighting">Whether a step is one whole, or each of its micro-batches, as in the reference trainers.</param>
internal sealed class StepTotals(Decoder decoder, IAlignmentLoss loss, StepWeighting weighting)
{
    private readonly GroupScorer _scorer = new(decoder, loss);

    /// <param name="contexts">Of each micro-batch.</param>
    /// <param name="parts">The passes of each micro-batch.</param>
    /// <param name="balances">What balances the routers in each micro-batch, closed where it must know more than one pass; null for nothing.</param>
    /// <returns>The contexts with the totals, and with the place of the micro-batch's first group in them.</returns>
    public GroupContext[] AddTo(
        GroupContext[] contexts, IReadOnlyList<List<int[]>> parts, IReadOnlyList<EncodedPrompt> groups, CancellationToken cancellationToken,
        RouterBalance[]? balances = null)
    {
        if (!loss.NeedsTotals)
        {
            if (balances is not null) Count(parts, groups, balances, cancellationToken);
            return contexts;
        }
        GroupScore[][] scores = [.. parts.Select((micro, i) =>
            micro.SelectMany(p => _scorer.Score([.. p.Select(j => groups[j])], balances?[i], cancellationToken)).ToArray())];
        foreach (RouterBalance balance in balances ?? []) balance.Close();
        if (weighting.ByMicroBatch) return [.. contexts.Select((c, i) => c with { Totals = loss.Totals(scores[i]) })];
        double[] totals = loss.Totals([.. scores.SelectMany(s => s)]);
        return [.. contexts.Select((c, i) => c with { Totals = totals, Index = scores.Take(i).Sum(s => s.Length) })];
    }

    /// <summary>What is balanced within a single pass needs none before it.</summary>
    private void Count(IReadOnlyList<List<int[]>> parts, IReadOnlyList<EncodedPrompt> groups, RouterBalance[] balances, CancellationToken cancellationToken)
    {
        foreach (var passes in parts.Zip(balances, (micro, balance) => (Micro: micro, Balance: balance)).GroupBy(p => p.Balance, p => p.Micro))
        {
            int[][] all = [.. passes.SelectMany(m => m)];
            if (all.Length == 1) continue;
            foreach (int[] pass in all) _scorer.Route([.. pass.Select(i => groups[i])], passes.Key, cancellationToken);
            passes.Key.Close();
        }
    }
}
