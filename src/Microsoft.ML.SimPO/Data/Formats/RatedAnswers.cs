namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Makes pairs of several answers to one prompt by their scores.</summary>
internal static class RatedAnswers
{
    /// <summary>Index pairs (chosen, rejected) with a score difference of at least <paramref name="minimumGap"/>, and more than 0.</summary>
    public static List<(int Chosen, int Rejected)> Pairs(IReadOnlyList<float?> scores, RatedPairs pairs, float minimumGap)
    {
        var result = new List<(int, int)>();
        if (pairs == RatedPairs.All)
        {
            for (int a = 0; a < scores.Count; a++)
            {
                for (int b = a + 1; b < scores.Count; b++)
                {
                    if (Apart(scores[a], scores[b], minimumGap)) result.Add(scores[a] > scores[b] ? (a, b) : (b, a));
                }
            }
            return result;
        }
        int best = -1, worst = -1;
        for (int i = 0; i < scores.Count; i++)
        {
            if (scores[i] is null) continue;
            if (best < 0 || scores[i] > scores[best]) best = i;
            if (worst < 0 || scores[i] < scores[worst]) worst = i;
        }
        if (best >= 0 && Apart(scores[best], scores[worst], minimumGap)) result.Add((best, worst));
        return result;
    }

    public static RowFault NoPair(int answers, float minimumGap) => answers < 2
        ? new RowFault(DropReason.NoPreference, "A prompt must have at least two answers with a score, but has fewer.")
        : new RowFault(DropReason.NoPreference, minimumGap > 0
            ? FormattableString.Invariant($"The scores of two answers must lie at least {minimumGap} apart, but none do.")
            : "The scores of two answers must differ, but all are equal.");

    private static bool Apart(float? a, float? b, float minimumGap) => a is { } x && b is { } y && x != y && Math.Abs(x - y) >= minimumGap;
}
