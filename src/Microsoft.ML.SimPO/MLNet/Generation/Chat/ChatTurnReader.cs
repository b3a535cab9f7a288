using Microsoft.Extensions.AI;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The messages of Microsoft.Extensions.AI as a chat template reads them.</summary>
internal static class ChatTurnReader
{
    /// <param name="instructions">Of the options: a system turn before the others; null for none.</param>
    /// <exception cref="ArgumentException">There are no messages.</exception>
    /// <exception cref="NotSupportedException">A message holds something else than text.</exception>
    public static List<Message> Read(IEnumerable<ChatMessage> messages, string? instructions)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<Message> turns = [];
        foreach (ChatMessage message in messages)
        {
            AIContent? other = message.Contents.FirstOrDefault(c => c is not (TextContent or TextReasoningContent or UsageContent));
            if (other is not null)
                throw new NotSupportedException(
                    FormattableString.Invariant($"Message {turns.Count + 1} holds {other.GetType().Name}, but the model reads text alone. Leave it out."));
            turns.Add(new Message(message.Role.Value, message.Text));
        }
        if (turns.Count == 0) throw new ArgumentException("There are no messages. Give at least one of the user's.", nameof(messages));
        if (string.IsNullOrEmpty(instructions)) return turns;
        if (turns[0].Role != Message.System) return [new Message(Message.System, instructions), .. turns];
        return [turns[0].WithContent($"{instructions}\n\n{turns[0].Content}"), .. turns[1..]];
    }
}
