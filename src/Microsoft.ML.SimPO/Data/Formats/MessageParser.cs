using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Messages of a row's fields, by the rules of <see cref="MessageReader"/>, their speakers by the names that this library has for them.</summary>
internal static class MessageParser
{
    /// <summary>The messages of a list, or the one that an object is.</summary>
    /// <param name="value">What a row holds.</param>
    /// <param name="field">Its name, for faults.</param>
    /// <param name="messages">Takes them.</param>
    /// <param name="anyRole">Whether a speaker may have any name, which templates may know: in what is answered, not in answers.</param>
    /// <param name="asGiven">See <see cref="MessageReader.Read"/>.</param>
    public static RowFault? TryRead(FieldValue value, string field, List<Message> messages, bool anyRole = false, bool asGiven = false)
    {
        if (value.Kind is not (FieldKind.Record or FieldKind.List)) return RowFault.Type(field, "a list of messages", value);
        ReadOnlySpan<FieldValue> items = value.Kind == FieldKind.List ? value.Items : [value];
        for (int i = 0; i < items.Length; i++)
        {
            string place = value.Kind == FieldKind.List ? FormattableString.Invariant($"{field}[{i}]") : field;
            RowFault? fault = Plain(items[i]) is { } plain ? Add(plain, place, messages, anyRole) : ReadOne(items[i], place, messages, anyRole, asGiven);
            if (fault is not null) return fault;
        }
        return null;
    }

    /// <summary>Whether the value is a message, or a list that starts with one.</summary>
    public static bool IsMessages(FieldValue value) => value.Kind switch
    {
        FieldKind.Record => RoleOf(value.Record).Kind == FieldKind.Text,
        FieldKind.List => value.Items.Length > 0 && value.Items[0].Kind == FieldKind.Record && IsMessages(value.Items[0]),
        _ => false,
    };

    /// <summary>Whether the value is messages of which the first is the assistant's.</summary>
    public static bool BeginsWithAssistant(FieldValue value)
    {
        FieldValue first = value is { Kind: FieldKind.List, Items: [var item, ..] } ? item : value;
        return first.Kind == FieldKind.Record && RoleOf(first.Record) is { Kind: FieldKind.Text } role && KnownRole(role.Text) == Message.Assistant;
    }

    /// <summary>Most messages are role and content alone, and need no tree of their fields.</summary>
    private static Message? Plain(FieldValue value)
    {
        if (value.Kind != FieldKind.Record || value.Record.Names.Count != 2) return null;
        FieldValue role = value.Record["role"], content = value.Record["content"];
        return role.Kind == FieldKind.Text && content.Kind == FieldKind.Text ? new Message(role.Text, content.Text) : null;
    }

    private static RowFault? ReadOne(FieldValue value, string place, List<Message> messages, bool anyRole, bool asGiven)
    {
        if (value.Kind != FieldKind.Record) return RowFault.Malformed($"`{place}` must be a message with `role` and `content`, but was {value.KindName}.");
        var read = new List<Message>(1);
        return MessageReader.Read(FieldTree.Of(value), place, read, asGiven) is { } fault ? Fault(fault) : Add(read[0], place, messages, anyRole);
    }

    private static RowFault Fault(string message) =>
        new(message.EndsWith("is missing or null.", StringComparison.Ordinal) ? DropReason.MissingField : DropReason.Malformed, message);

    private static RowFault? Add(Message message, string place, List<Message> messages, bool anyRole)
    {
        if ((KnownRole(message.Role) ?? (anyRole && message.Role.Length > 0 ? message.Role : null)) is not { } role)
            return RowFault.Malformed($"`{place}.role` must be a role like `user`, `assistant` or `system`, but was `{Excerpt.Of(message.Role)}`.");
        messages.Add(message.WithRole(role));
        return null;
    }

    private static FieldValue RoleOf(FieldRecord record)
    {
        foreach (string name in MessageReader.RoleNames)
        {
            FieldValue value = record[name];
            if (!value.IsNull) return value;
        }
        return default;
    }

    private static string? KnownRole(string name) => name switch
    {
        "user" or "human" => Message.User,
        "assistant" or "gpt" => Message.Assistant,
        "system" => Message.System,
        _ => name.ToLowerInvariant() switch
        {
            "user" or "human" or "prompter" or "customer" => Message.User,
            "assistant" or "gpt" or "bot" or "model" or "chatbot" or "ai" or "chatgpt" or "agent" or "function_call" => Message.Assistant,
            "system" => Message.System,
            "developer" => Message.Developer,
            "tool" or "function" or "observation" or "ipython" => Message.Tool,
            _ => null,
        },
    };
}
