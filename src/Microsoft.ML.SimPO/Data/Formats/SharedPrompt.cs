using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Two texts that start with the same prompt.</summary>
internal static class SharedPrompt
{
    /// <summary>What is odd about a pair of texts that share no word.</summary>
    public const string Nothing = "There is no prompt, and chosen and rejected share no word that could be one: they are learned from their beginning on,";

    /// <summary>
    /// Parts both where they begin to differ, moved back to the white space before it (so that no word is cut in two);
    /// the white space goes with the answers, as a tokenizer joins it to the word that follows.
    /// </summary>
    /// <param name="mayBeEmpty">Whether texts that share no word are answers to nothing; else that is a fault.</param>
    public static RowFault? Split(NamedValue chosen, NamedValue rejected, List<Message> chosenSide, List<Message> rejectedSide, bool mayBeEmpty)
    {
        string a = chosen.Value.Text, b = rejected.Value.Text;
        int end = Math.Min(a.AsSpan().CommonPrefixLength(b), Math.Min(a.Length, b.Length) - 1);
        while (end > 0 && !(char.IsWhiteSpace(a[end]) && char.IsWhiteSpace(b[end]))) end--;
        while (end > 0 && char.IsWhiteSpace(a[end - 1])) end--;
        if (end <= 0 && !mayBeEmpty)
            return RowFault.Malformed(
                $"`{chosen.Name}` and `{rejected.Name}` must start with the same prompt where there is no field for it, but share no whole word.");
        end = Math.Max(0, end);
        chosenSide.AddRange([new Message(Message.User, a[..end]), new Message(Message.Assistant, a[end..])]);
        rejectedSide.AddRange([new Message(Message.User, b[..end]), new Message(Message.Assistant, b[end..])]);
        return null;
    }
}
