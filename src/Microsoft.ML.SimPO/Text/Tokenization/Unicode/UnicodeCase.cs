namespace Microsoft.ML.SimPO.Text;

/// <summary>Which code points a pattern that ignores case treats as the same letter.</summary>
internal static class UnicodeCase
{
    /// <summary>The ranges and every code point that differs from one of theirs by case only.</summary>
    public static List<(int First, int Last)> CloseOver(IReadOnlyList<(int First, int Last)> ranges)
    {
        var closed = new List<(int First, int Last)>(ranges);
        foreach ((int first, int last) in ranges)
            foreach ((int one, int other) in UnicodeData.CasePairs(first, last))
                closed.Add((other, other));
        return CodePointRanges.Normalize(closed);
    }
}
