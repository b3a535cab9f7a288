using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>What is wrong with the turns of a conversation.</summary>
internal static class TurnSigns
{
    /// <summary>An assistant who begins, two turns of the user in a row, a tool that nobody called, an answer that is not the assistant's.</summary>
    public static string? OrderFault(CheckedRow row)
    {
        if (row.Fault is { Reason: DropReason.WrongRole } fault) return fault.Message.TrimEnd('.');
        if (row.Turns is null) return null;
        string before = "";
        int number = 0;
        foreach (Message turn in row.Turns.Prompt.Messages)
        {
            number++;
            if (turn.Role is Message.System or Message.Developer) continue;
            bool isWrong = turn.Role switch
            {
                Message.Assistant => before.Length == 0,
                Message.User => before == Message.User,
                Message.Tool => before is "" or Message.User,
                _ => false,
            };
            string where = before.Length == 0 ? "at the start" : $"after `{before}`";
            if (isWrong) return FormattableString.Invariant($"message {number} of the prompt is of `{turn.Role}` {where}");
            before = turn.Role;
        }
        return null;
    }

    /// <summary>A tool's result behind an assistant's turn that says nothing and calls nothing.</summary>
    public static string? LostCall(CheckedRow row)
    {
        if (row.Turns is not { } turns) return null;
        for (int side = 0; side < turns.Answers.Count; side++)
        {
            Message? before = null;
            foreach (Message turn in turns.Prompt.Messages.Concat(turns.Answers[side]))
            {
                bool isLost = turn.Role == Message.Tool && before is { Role: Message.Assistant, CallsTools: false } && VisibleText.IsBlank(before.Content);
                if (isLost) return $"the result `{Excerpt.Of(turn.Content)}`";
                before = turn;
            }
        }
        return null;
    }

    /// <summary>A column of system texts beside messages that have none.</summary>
    public static string? LostSystem(CheckedRow row)
    {
        if (row.Columns?.System is not { } name || !row.HasMessages) return null;
        FieldValue system = row.Value(name);
        if (system.Kind != FieldKind.Text || string.IsNullOrWhiteSpace(system.Text)) return null;
        var messages = new List<Message>();
        bool isRead = MessageParser.TryRead(row.Value(row.Columns.Prompt ?? row.Columns.Chosen), name, messages, anyRole: true) is null;
        bool hasSystem = messages.Exists(message => message.Role is Message.System or Message.Developer);
        return isRead && !hasSystem ? $"`{name}` is `{Excerpt.Of(system.Text)}`" : null;
    }
}
