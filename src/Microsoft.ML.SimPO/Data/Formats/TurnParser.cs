using System.Text;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Reads messages: objects with <c>role</c> and <c>content</c>, or <c>from</c> and <c>value</c> as ShareGPT has them.</summary>
internal static class TurnParser
{
    private static readonly string[] RoleNames = ["role", "from", "speaker", "author"];
    private static readonly string[] ContentNames = ["content", "value", "text", "message"];

    /// <summary>The messages of a list, or the one that an object is.</summary>
    public static RowFault? TryRead(FieldValue value, string field, List<Turn> turns)
    {
        if (value.Kind == FieldKind.Record) return TryReadTurn(value, field, turns);
        if (value.Kind != FieldKind.List) return RowFault.Type(field, "a list of messages", value);
        for (int i = 0; i < value.Items.Length; i++)
        {
            if (TryReadTurn(value.Items[i], $"{field}[{i}]", turns) is { } fault) return fault;
        }
        return null;
    }

    /// <summary>Whether the value is a message, or a list that starts with one.</summary>
    public static bool IsMessages(FieldValue value) => value.Kind switch
    {
        FieldKind.Record => First(value.Record, RoleNames).Kind == FieldKind.Text,
        FieldKind.List => value.Items.Length > 0 && value.Items[0].Kind == FieldKind.Record && IsMessages(value.Items[0]),
        _ => false,
    };

    private static RowFault? TryReadTurn(FieldValue value, string field, List<Turn> turns)
    {
        if (value.Kind != FieldKind.Record) return RowFault.Malformed($"`{field}` must be a message with `role` and `content`, but was {value.KindName}.");
        FieldValue role = First(value.Record, RoleNames), content = First(value.Record, ContentNames);
        if (role.Kind != FieldKind.Text) return RowFault.Type($"{field}.role", "text", role);
        if (Role(role.Text) is not { } known)
            return RowFault.Malformed($"`{field}.role` must be a role like `user`, `assistant` or `system`, but was `{Excerpt.Of(role.Text)}`.");
        if (Content(content) is not { } text) return RowFault.Type($"{field}.content", "text, or a list of text parts", content);
        turns.Add(new Turn(known, text));
        return null;
    }

    private static FieldValue First(FieldRecord record, string[] names)
    {
        foreach (string name in names)
        {
            FieldValue value = record[name];
            if (!value.IsNull) return value;
        }
        return default;
    }

    private static string? Role(string name) => name switch
    {
        "user" or "human" => Turn.User,
        "assistant" or "gpt" => Turn.Assistant,
        "system" => Turn.System,
        _ => name.ToLowerInvariant() switch
        {
            "user" or "human" or "prompter" or "customer" => Turn.User,
            "assistant" or "gpt" or "bot" or "model" or "chatbot" or "ai" or "chatgpt" or "agent" or "function_call" => Turn.Assistant,
            "system" or "developer" => Turn.System,
            "tool" or "function" or "observation" or "ipython" => Turn.Tool,
            _ => null,
        },
    };

    // Content is text, or parts of which each is text: {"type": "text", "text": "..."}.
    private static string? Content(FieldValue content)
    {
        if (content.Kind == FieldKind.Text) return content.Text;
        if (content.Kind != FieldKind.List) return null;
        var text = new StringBuilder();
        foreach (FieldValue part in content.Items)
        {
            FieldValue piece = part.Kind == FieldKind.Record ? part.Record["text"] : part;
            if (piece.Kind != FieldKind.Text) return null;
            text.Append(piece.Text);
        }
        return text.ToString();
    }
}
