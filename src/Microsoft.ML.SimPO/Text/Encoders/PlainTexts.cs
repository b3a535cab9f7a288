using System.Text;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>The texts of rows as a model without a chat template reads them: dialogues with the marks that they came with.</summary>
internal static class PlainTexts
{
    private const string Human = "\n\nHuman: ", Assistant = "\n\nAssistant:";

    /// <param name="texts">Prompt and answers.</param>
    /// <param name="origin">What they were.</param>
    /// <param name="cutsByCharacters">Whether two texts are parted as TRL does, in the midst of a word.</param>
    public static string[] Of(string[] texts, PromptOrigin origin, bool cutsByCharacters)
    {
        if (texts.Length < 2) return texts;
        if (origin.HasFlag(PromptOrigin.Dialogue)) texts = Framed(texts, origin.HasFlag(PromptOrigin.BareDialogue));
        return cutsByCharacters && origin.HasFlag(PromptOrigin.Shared) && texts is [var prompt, var chosen, var rejected]
            ? Parted(prompt + chosen, prompt + rejected) : texts;
    }

    private static string[] Framed(string[] texts, bool isBare)
    {
        Conversation? prompt = ConversationText.TryParse(texts[0]);
        IReadOnlyList<Message> turns = prompt?.Messages ?? [new Message(Message.User, texts[0])];
        bool areTurns = turns.All(turn => turn.IsPlain && turn.Role is Message.User or Message.Assistant) && turns[^1].Role == Message.User;
        if (!areTurns || (prompt is not null && texts.Skip(1).Any(ConversationText.IsMessages))) return texts;
        var text = new StringBuilder();
        foreach (Message turn in turns) text.Append(turn.Role == Message.User ? Human : Assistant + " ").Append(turn.Content);
        text.Append(Assistant);
        if (isBare) text.Remove(0, 2);
        return [text.ToString(), .. texts.Skip(1).Select(answer => " " + answer)];
    }

    /// <summary>
    /// TRL's <c>extract_prompt</c>: the characters that both have in common, without a blank at their end; where nothing differs all but the last one; and
    /// where nothing is shared and the first text ends with a blank, all but its last, for Python counts from the end.
    /// </summary>
    private static string[] Parted(string chosen, string rejected)
    {
        int least = Math.Min(chosen.Length, rejected.Length);
        if (least == 0) return ["", chosen, rejected];
        int at = 0;
        while (at < least && chosen[at] == rejected[at]) at++;
        if (at == least) at--;
        else if (at == 0 ? chosen[^1] == ' ' : chosen[at - 1] == ' ') at--;
        if (at > 0 && char.IsLowSurrogate(chosen[at])) at--;
        return at >= 0 ? [chosen[..at], chosen[at..], rejected[at..]] : [chosen[..^1], chosen[^1..], rejected[^1..]];
    }
}
