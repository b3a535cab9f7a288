using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Dialogues in one text, as Anthropic's HH data has them: <c>\n\nHuman: ...\n\nAssistant: ...</c>.</summary>
internal static class Dialogue
{
    private const string Human = "Human:";
    private const string Assistant = "Assistant:";

    /// <summary>Whether the text starts with a human's turn and has an assistant's.</summary>
    public static bool Looks(string text) => Starts(text) && text.Contains("\n\nAssistant:", StringComparison.Ordinal);

    public static bool Starts(string text) => text.AsSpan().TrimStart().StartsWith(Human);

    /// <summary>
    /// The turns, each to the character from the blank after its mark up to the next mark.
    /// An empty assistant's turn at the end, where an answer was left to be written, is dropped.
    /// </summary>
    public static void Read(string text, List<Message> turns)
    {
        string role = Message.User;
        int start = text.IndexOf(Human, StringComparison.Ordinal) + Human.Length;
        for (int at = start; (at = text.IndexOf("\n\n", at, StringComparison.Ordinal)) >= 0; at++)
        {
            ReadOnlySpan<char> rest = text.AsSpan(at + 2);
            bool human = rest.StartsWith(Human);
            if (!human && !rest.StartsWith(Assistant)) continue;
            turns.Add(new Message(role, AfterBlank(text[start..at])));
            role = human ? Message.User : Message.Assistant;
            start = at + 2 + (human ? Human.Length : Assistant.Length);
            at = start - 1;
        }
        string last = AfterBlank(text[start..]);
        if (role == Message.User || !string.IsNullOrWhiteSpace(last)) turns.Add(new Message(role, last));
    }

    /// <summary>The text without the one blank that parts it from a mark.</summary>
    public static string AfterBlank(string text) => text.StartsWith(' ') ? text[1..] : text;
}
