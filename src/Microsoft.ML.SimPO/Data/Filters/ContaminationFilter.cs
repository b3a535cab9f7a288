using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Prompts of the test data: the same up to case and white space, or with 13 words in a row in common.</summary>
internal sealed class ContaminationFilter : IRowFilter
{
    public const int WordsInARow = 13;

    private readonly HashSet<UInt128> _prompts = [];
    private readonly HashSet<ulong> _sequences = [];

    public ContaminationFilter(IEnumerable<PreferenceRow> test)
    {
        foreach (PreferenceRow row in test)
        {
            _prompts.Add(TextKey.OfPrompt(row.Prompt));
            foreach (ulong sequence in Sequences(ConversationText.Parse(row.Prompt).Messages)) _sequences.Add(sequence);
        }
    }

    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        if (_prompts.Contains(TextKey.OfPrompt(row.Prompt)))
            return new RowFault(DropReason.Contamination, $"The prompt is in the test data: `{Excerpt.Of(row.Prompt)}`.");
        foreach (ulong sequence in Sequences(turns))
        {
            if (_sequences.Contains(sequence))
                return new RowFault(
                    DropReason.Contamination, $"The prompt shares {WordsInARow} words in a row with one of the test data: `{Excerpt.Of(row.Prompt)}`.");
        }
        return null;
    }

    // Of the user's turns only: a system message is the same in many prompts.
    private static IEnumerable<ulong> Sequences(IReadOnlyList<Message> turns) =>
        turns.Where(turn => turn.Role == Message.User).SelectMany(turn => WordSequences.Hash(turn.Content, WordsInARow));
}
