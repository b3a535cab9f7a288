using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data.Mixing;

/// <summary>Parts pairs into folds so that all pairs of a prompt stand in the same one.</summary>
internal static class PromptFolds
{
    /// <summary>
    /// The fold of each prompt, from 0. Prompts go in the order of a hash of seed and prompt to the fold that has the fewest rows so far, so folds differ by
    /// at most the rows of one prompt. The choice depends on the set of prompts and on the seed, not on the order of the rows.
    /// </summary>
    /// <param name="prompts">One for each row.</param>
    /// <param name="count">Folds, at least 2.</param>
    /// <exception cref="InvalidOperationException">There are fewer prompts than folds.</exception>
    public static Dictionary<UInt128, int> Assign(IEnumerable<string> prompts, int count, long seed)
    {
        Dictionary<UInt128, int> rows = [];
        foreach (string prompt in prompts)
        {
            UInt128 key = TextKey.OfPrompt(prompt);
            rows[key] = rows.GetValueOrDefault(key) + 1;
        }
        if (rows.Count < count) throw new InvalidOperationException(
            FormattableString.Invariant($"{count} folds need at least {count} different prompts, but there are {rows.Count}."));
        Dictionary<UInt128, int> folds = [];
        var sizes = new int[count];
        foreach (UInt128 key in rows.Keys.OrderBy(key => PromptSplit.Rank(key, seed)).ThenBy(key => key))
        {
            int smallest = Array.IndexOf(sizes, sizes.Min());
            folds[key] = smallest;
            sizes[smallest] += rows[key];
        }
        return folds;
    }
}
