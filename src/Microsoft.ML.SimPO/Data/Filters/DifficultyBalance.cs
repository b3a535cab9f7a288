using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// Sorts pairs into classes by score gap, by prompt length or by both, with as many pairs in each class of either as quantiles allow, and
/// keeps as many of each class as the smallest has.
/// </summary>
internal sealed class DifficultyBalance(PreferenceFilterOptions options)
{
    private readonly List<(float? Gap, int Length)> _pairs = [];

    public void Add(PreferenceRow row, PairLengths lengths) =>
        _pairs.Add((row is { ScoreChosen: { } chosen, ScoreRejected: { } rejected } ? chosen - rejected : null, lengths.Prompt));

    /// <summary>For each pair that was added, the class it is dropped from, or null where it is kept.</summary>
    public string?[] Choose()
    {
        float[] gaps = Edges(_pairs.Where(pair => pair.Gap is not null).Select(pair => pair.Gap!.Value), options.BalanceScoreGapClasses);
        float[] lengths = Edges(_pairs.Select(pair => (float)pair.Length), options.BalancePromptLengthClasses);
        var classes = new SortedDictionary<(int Gap, int Length), List<int>>();
        for (int i = 0; i < _pairs.Count; i++)
        {
            (int, int) key = (_pairs[i].Gap is { } gap ? Class(gap, gaps) : -1, Class(_pairs[i].Length, lengths));
            if (!classes.TryGetValue(key, out List<int>? members)) classes.Add(key, members = []);
            members.Add(i);
        }
        var dropped = new string?[_pairs.Count];
        if (classes.Count == 0) return dropped;
        int share = classes.Values.Min(members => members.Count);
        var random = new SeededRandom(options.Seed);
        foreach (((int gap, int length), List<int> members) in classes)
        {
            int[] order = random.Permutation(members.Count);
            foreach (int place in order.AsSpan(share))
            {
                dropped[members[place]] = FormattableString.Invariant(
                    $"Class {Name(gap)} of the score gap and {length + 1} of the prompt's length has {members.Count} pairs; {share} of each class are kept.");
            }
        }
        return dropped;
    }

    private static string Name(int gap) => gap < 0 ? "without scores" : FormattableString.Invariant($"{gap + 1}");

    /// <summary>Values that part the classes: each class holds what is above the edge before it, up to its own.</summary>
    private static float[] Edges(IEnumerable<float> values, int? classes)
    {
        if (classes is not { } count) return [];
        float[] sorted = values.Order().ToArray();
        // The last edge that leaves a class above it: many pairs may share the highest value.
        int last = Array.FindIndex(sorted, value => value == sorted[^1]) - 1;
        if (last < 0) return [];
        return Enumerable.Range(1, count - 1).Select(i => sorted[Math.Clamp((int)((long)sorted.Length * i / count) - 1, 0, last)]).Distinct().ToArray();
    }

    private static int Class(float value, float[] edges)
    {
        int index = Array.BinarySearch(edges, value);
        return index < 0 ? ~index : index;
    }
}
