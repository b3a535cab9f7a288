namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// What AOT (Melnyk et al. 2024, arXiv 2406.05882) finds by sorting a step: of each of two lists of numbers the one of the other list that stands at the same
/// place when both are sorted. Equal numbers keep their order.
/// </summary>
internal static class SortedStep
{
    /// <summary>
    /// For <see cref="IAlignmentLoss.Totals"/>: of each pair the reference's margin that its own is matched with; then, of each, the rejected ratio that its
    /// chosen one is matched with; then the chosen ratio that its rejected one is.
    /// </summary>
    public static double[] Of(IReadOnlyList<GroupScore> step)
    {
        double[] margins = [.. step.Select(g => g.Chosen.Weighted - g.Rejected.Weighted)], before = [.. step.Select(ReferenceMargin)];
        double[] chosen = [.. step.Select(g => g.Chosen.LogRatio)], rejected = [.. step.Select(g => g.Rejected.LogRatio)];
        return [.. Partners(margins, before), .. Partners(chosen, rejected), .. Partners(rejected, chosen)];
    }

    /// <summary>The ratios of a pair with the margins of its matches.</summary>
    public static LogRatios Match(LogRatios ratios, Matching matching, GroupScore group, in GroupContext context)
    {
        int pairs = context.Totals.Length / 3, at = context.Index;
        if (matching == Matching.Pairs) return ratios;
        if (matching == Matching.SortedRatios)
        {
            return ratios with
            {
                ChosenMargin = ratios.Chosen - context.Totals[pairs + at],
                RejectedMargin = context.Totals[(2 * pairs) + at] - ratios.Rejected,
            };
        }
        double margin = group.Chosen.Weighted - group.Rejected.Weighted - context.Totals[at];
        return ratios with { ChosenMargin = margin, RejectedMargin = margin };
    }

    private static double ReferenceMargin(GroupScore group) => group.Chosen.Reference - group.Rejected.Reference;

    private static double[] Partners(double[] own, double[] others)
    {
        double[] sorted = [.. others.Order()], partners = new double[own.Length];
        foreach ((int index, int rank) in Enumerable.Range(0, own.Length).OrderBy(i => own[i]).Select((index, rank) => (index, rank)))
            partners[index] = sorted[rank];
        return partners;
    }
}
