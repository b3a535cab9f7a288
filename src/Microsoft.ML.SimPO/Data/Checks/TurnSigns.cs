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
        bool calls = false;
        foreach (Message turn in row.Turns.Prompt.Messages)
        {
            number++;
            bool isInstruction = turn.Role is Message.System or Message.Developer;
            if (isInstruction && before.Length == 0) continue;
            bool isWrong = turn.Role switch
            {
                Message.System or Message.Developer => true,
                Message.Assistant => before.Length == 0 || (before == Message.Assistant && !calls),
                Message.User => before == Message.User,
                Message.Tool => before is "" or Message.User,
                _ => false,
            };
            string where = before.Length == 0 ? "at the start" : $"after `{before}`";
            if (isWrong) return FormattableString.Invariant($"message {number} of the prompt is of `{turn.Role}` {where}");
            (before, calls) = (turn.Role, turn.CallsTools);
        }
        return null;
    }

    /// <summary>A tool's result behind an assistant's turn that says nothing and calls nothing.</summary>
    public static string? LostCall(CheckedRow row)
    {
        if (row.Turns is not { } turns) return LostCall(row.Value(row.Columns?.Prompt)) ?? LostCall(row.Value(row.Columns?.Chosen));
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

    /// <summary>The same of messages that cannot be read, for the turn that called has no content.</summary>
    private static string? LostCall(FieldValue list)
    {
        if (list.Kind != FieldKind.List) return null;
        for (int i = 1; i < list.Items.Length; i++)
        {
            if (list.Items[i] is not { Kind: FieldKind.Record } turn || list.Items[i - 1] is not { Kind: FieldKind.Record } before) continue;
            bool isResult = turn.Record["role"] is { Kind: FieldKind.Text, Text: "tool" or "function" };
            if (isResult && before.Record["role"] is { Kind: FieldKind.Text, Text: Message.Assistant } && SaysNothing(before))
                return turn.Record["content"] is { Kind: FieldKind.Text } result ? $"the result `{Excerpt.Of(result.Text)}`" : "a result";
        }
        return null;
    }

    /// <summary>Whether an answer of the data is missing, has no turns, or ends with one that neither says nor calls anything.</summary>
    public static bool SaysNothing(FieldValue answer)
    {
        if (answer.IsNull || answer is { Kind: FieldKind.List, Items.Length: 0 }) return true;
        FieldValue last = answer.Kind == FieldKind.List ? answer.Items[^1] : answer;
        if (last.Kind != FieldKind.Record || !MessageParser.IsMessages(last)) return false;
        bool calls = !last.Record[MessageFields.Calls].IsNull || !last.Record[MessageFields.FormerCall].IsNull;
        FieldValue content = last.Record[MessageFields.Content];
        return !calls && (content.IsNull || (content.Kind == FieldKind.Text && VisibleText.IsBlank(content.Text)));
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
