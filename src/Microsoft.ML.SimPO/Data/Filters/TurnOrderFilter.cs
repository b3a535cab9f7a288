namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// A prompt is an optional system message, then turns of user and assistant in alternation, and the user's last. A tool's message may stand
/// between two of the assistant.
/// </summary>
internal sealed class TurnOrderFilter : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Turn> turns)
    {
        string before = Turn.System;
        for (int i = 0; i < turns.Count; i++)
        {
            string role = turns[i].Role;
            if (!MayFollow(before, role, i))
                return new RowFault(
                    DropReason.TurnOrder, $"Message {i + 1} of the prompt must not be of `{role}` {(i == 0 ? "at the start" : $"after `{before}`")}.");
            before = role;
        }
        return before is Turn.User or Turn.Tool
            ? null
            : new RowFault(DropReason.TurnOrder, $"The prompt must end with the user's message, but ends with one of `{before}`.");
    }

    private static bool MayFollow(string before, string role, int index) => role switch
    {
        Turn.System => index == 0,
        Turn.User => before is Turn.System or Turn.Assistant,
        Turn.Tool => before is Turn.Assistant or Turn.Tool,
        _ => before is Turn.User or Turn.Tool,
    };
}
