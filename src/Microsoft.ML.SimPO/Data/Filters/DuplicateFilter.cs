using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// Pairs that came before, as they are or the other way round, and prompts that came before too often. It remembers 16 bytes of each pair
/// and prompt.
/// </summary>
internal sealed class DuplicateFilter(PreferenceFilterOptions options) : IRowFilter
{
    private readonly HashSet<UInt128> _pairs = [];
    private readonly Dictionary<UInt128, int> _prompts = [];

    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        UInt128 text = TextKey.Of(row.Prompt), chosen = TextKey.Of(row.Chosen), rejected = TextKey.Of(row.Rejected),
            pair = TextKey.Join(text, chosen, rejected);
        if (options.DropDuplicatePairs && _pairs.Contains(pair))
            return new RowFault(DropReason.DuplicatePair, $"The same pair came before: `{Excerpt.Of(row.Prompt)}`.");
        if (options.DropConflicts && chosen != rejected && _pairs.Contains(TextKey.Join(text, rejected, chosen)))
            return new RowFault(DropReason.Conflict, $"The same answers came before the other way round: `{Excerpt.Of(row.Prompt)}`.");
        if (options.MaxPairsPerPrompt is { } most)
        {
            UInt128 prompt = TextKey.OfPrompt(row.Prompt);
            int seen = _prompts.GetValueOrDefault(prompt);
            if (seen >= most)
                return new RowFault(
                    DropReason.DuplicatePrompt, $"The same prompt came before {(seen == 1 ? "once" : $"{seen} times")}: `{Excerpt.Of(row.Prompt)}`.");
            _prompts[prompt] = seen + 1;
        }
        _pairs.Add(pair);
        return null;
    }
}
