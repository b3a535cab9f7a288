using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// A prompt is an optional system message, then turns of user and assistant in alternation, and the user's last. A tool's message may stand
/// between two of the assistant.
/// </summary>
internal sealed class TurnOrderFilter : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        string before = Message.System;
        for (int i = 0; i < turns.Count; i++)
        {
            string role = turns[i].Role;
            if (!MayFollow(before, role, i))
                return new RowFault(
                    DropReason.TurnOrder, $"Message {i + 1} of the prompt must not be of `{role}` {(i == 0 ? "at the start" : $"after `{before}`")}.");
            before = role;
        }
        return before is Message.User or Message.Tool
            ? null
            : new RowFault(DropReason.TurnOrder, $"The prompt must end with the user's message, but ends with one of `{before}`.");
    }

    private static bool MayFollow(string before, string role, int index) => role switch
    {
        Message.System => index == 0,
        Message.Developer => index == 0 || (index == 1 && before == Message.System),
        Message.User => before is Message.System or Message.Developer or Message.Assistant,
        Message.Tool => before is Message.Assistant or Message.Tool,
        _ => before is Message.User or Message.Tool,
    };
}
