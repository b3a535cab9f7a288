using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Where, in two whole conversations, the prompt ends and the answers begin.</summary>
internal static class AnswerBorder
{
    /// <summary>
    /// Puts the prompt before what goes on from it; a whole conversation stays as it is, but for a system message that only the prompt has.
    /// </summary>
    public static void Precede(List<Message> prompt, List<Message> side)
    {
        // Some data has the whole chosen conversation as its prompt too: without its answer it is the beginning of both.
        int length = prompt[^1].Role == Message.Assistant ? prompt.Count - 1 : prompt.Count;
        bool goesOn = side[0].Role is Message.Assistant or Message.Tool || length < prompt.Count;
        if (goesOn && !StartsWith(side, prompt, length)) side.InsertRange(0, prompt);
        else if (prompt[0].Role == Message.System && side[0].Role != Message.System) side.Insert(0, prompt[0]);
    }

    /// <summary>
    /// The number of messages that both have before their answers: those that are equal, or the prompt where it is the beginning of both. An answer begins
    /// with a turn of the
    /// assistant; it may be several turns, as where tools are called between them.
    /// </summary>
    public static RowFault? Find(List<Message> prompt, NamedMessages chosen, NamedMessages rejected, out int border)
    {
        int shared = 0, most = Math.Min(chosen.Messages.Count, rejected.Messages.Count) - 1;
        while (shared < most && chosen.Messages[shared].Equals(rejected.Messages[shared])) shared++;
        bool isPrompt = prompt.Count > 0 && prompt.Count <= shared && prompt[^1].Role != Message.Assistant && StartsWith(chosen.Messages, prompt, prompt.Count);
        bool isBorder = isPrompt && IsAnswer(chosen.Messages, prompt.Count) && IsAnswer(rejected.Messages, prompt.Count);
        border = isBorder ? prompt.Count : shared;
        if (!IsAnswer(chosen.Messages, border) || !IsAnswer(rejected.Messages, border))
        {
            return new RowFault(DropReason.PromptsDiffer,
                $"`{chosen.Name}` and `{rejected.Name}` must be the same up to their last message, "
                + $"but part at message {border + 1} of {chosen.Messages.Count} and {rejected.Messages.Count}.");
        }
        if (IsEmpty(chosen.Messages[^1])) return RowFault.Empty(chosen.Name);
        return IsEmpty(rejected.Messages[^1]) ? RowFault.Empty(rejected.Name) : null;
    }

    private static bool IsAnswer(List<Message> messages, int start) => messages[start].Role == Message.Assistant;

    private static bool IsEmpty(Message answer) => VisibleText.IsBlank(answer.Content) && !answer.CallsTools;

    private static bool StartsWith(List<Message> turns, List<Message> beginning, int length)
    {
        if (length == 0 || turns.Count < length) return false;
        for (int i = 0; i < length; i++)
        {
            if (!turns[i].Equals(beginning[i])) return false;
        }
        return true;
    }
}
