using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data.Mixing;

/// <summary>Parts pairs into train and test so that no prompt stands on both sides.</summary>
internal static class PromptSplit
{
    /// <summary>
    /// Which prompts are for testing: in the order of a hash of seed and prompt, as many as bring the test's rows to the fraction (the last
    /// prompt may go beyond it). Prompts count as equal up to case and white space. The choice depends on the set of prompts and on the
    /// seed, not on the order of the rows.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not above 0 and below 1.</exception>
    public static HashSet<UInt128> TestPrompts(IEnumerable<PreferenceRow> rows, double testFraction, long seed)
    {
        if (!(testFraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(testFraction), OptionFaults.Number(nameof(testFraction), "above 0 and below 1", testFraction, "Use 0.05 to 0.2."));
        var counts = new Dictionary<UInt128, int>();
        long total = 0;
        foreach (PreferenceRow row in rows)
        {
            UInt128 key = TextKey.OfPrompt(row.Prompt);
            counts[key] = counts.GetValueOrDefault(key) + 1;
            total++;
        }
        var test = new HashSet<UInt128>();
        double left = Math.Round(total * testFraction);
        foreach (UInt128 key in counts.Keys.OrderBy(key => Rank(key, seed)).ThenBy(key => key))
        {
            if (left <= 0) break;
            test.Add(key);
            left -= counts[key];
        }
        return test;
    }

    public static bool IsTest(PreferenceRow row, HashSet<UInt128> testPrompts) => testPrompts.Contains(TextKey.OfPrompt(row.Prompt));

    /// <summary>Where a prompt stands in the random order of a seed.</summary>
    public static ulong Rank(UInt128 key, long seed) => WordSequences.Mix((ulong)key ^ WordSequences.Mix((ulong)seed));
}
