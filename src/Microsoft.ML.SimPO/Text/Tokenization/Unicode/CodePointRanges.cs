namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>Sets of code points as sorted, disjoint, inclusive ranges.</summary>
internal static class CodePointRanges
{
    public const int MaxCodePoint = 0x10FFFF;

    public static List<(int First, int Last)> Normalize(IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in ranges.OrderBy(r => r.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1) merged[^1] = (merged[^1].First, Math.Max(last, merged[^1].Last));
            else merged.Add((first, last));
        }
        return merged;
    }

    /// <param name="ranges">Normalized ranges.</param>
    public static List<(int First, int Last)> Complement(List<(int First, int Last)> ranges)
    {
        var rest = new List<(int First, int Last)>();
        int next = 0;
        foreach ((int first, int last) in ranges)
        {
            if (first > next) rest.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= MaxCodePoint) rest.Add((next, MaxCodePoint));
        return rest;
    }

    /// <summary>The code points that both normalized lists hold.</summary>
    public static List<(int First, int Last)> Intersect(List<(int First, int Last)> a, List<(int First, int Last)> b)
    {
        var both = new List<(int First, int Last)>();
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            int first = Math.Max(a[i].First, b[j].First), last = Math.Min(a[i].Last, b[j].Last);
            if (first <= last) both.Add((first, last));
            if (a[i].Last < b[j].Last) i++;
            else j++;
        }
        return both;
    }
}
