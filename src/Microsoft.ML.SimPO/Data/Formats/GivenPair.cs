using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// A pair as TRL 1.16 takes it: a prompt stands before both sides whatever these begin with, without one it is the messages that both share, and nothing is
/// refused that says nothing.
/// </summary>
internal static class GivenPair
{
    /// <summary>The pair; null where fields are no such texts and messages. A fault is of messages that are none.</summary>
    public static PromptedAnswers? Read(FieldRecord row, LayoutColumns columns, NamedValue chosen, NamedValue rejected, out RowFault? fault)
    {
        fault = MediaFields.Check(row, columns.Media);
        if (fault is not null) return null;
        FieldValue prompt = LayoutColumns.Get(row, columns.Prompt);
        bool areTexts = chosen.Value.Kind == FieldKind.Text && rejected.Value.Kind == FieldKind.Text;
        if (areTexts)
        {
            return prompt.Kind != FieldKind.Text ? null : new PromptedAnswers(
                Conversation.OfUser(prompt.Text), [[new(Message.Assistant, chosen.Value.Text)], [new(Message.Assistant, rejected.Value.Text)]]);
        }
        List<Message> before = [], first = [], second = [];
        bool areMessages = prompt.Kind is FieldKind.List or FieldKind.Null && chosen.Value.Kind == FieldKind.List && rejected.Value.Kind == FieldKind.List;
        if (!areMessages) return null;
        if (!prompt.IsNull) fault = MessageParser.TryRead(prompt, columns.Prompt!, before, anyRole: true, asGiven: true);
        fault ??= MessageParser.TryRead(chosen.Value, chosen.Name, first, asGiven: true)
            ?? MessageParser.TryRead(rejected.Value, rejected.Name, second, asGiven: true);
        RowFault? other = ConversationFields.Read(row, columns, before, out Conversation conversation, asGiven: true);
        fault ??= other;
        if (fault is not null || first.Count == 0 || second.Count == 0) return null;
        if (!prompt.IsNull) return new PromptedAnswers(conversation, [first, second]);
        int most = Math.Min(first.Count, second.Count) - 1, shared = 0;
        while (shared < most && first[shared].Equals(second[shared])) shared++;
        return new PromptedAnswers(conversation.With(first[..shared]), [first[shared..], second[shared..]]);
    }
}
