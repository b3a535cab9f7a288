using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

/// <summary>The names of a message's fields as chat templates read them, and what is read from and written to them.</summary>
internal static class MessageFields
{
    public const string Role = "role", Content = "content", Calls = "tool_calls", Thought = "reasoning_content", Thinking = "thinking";

    /// <summary>The one call of a message in the form that OpenAI had before <see cref="Calls"/>.</summary>
    public const string FormerCall = "function_call";

    /// <summary>The names of one thing, as transformers has it: the first that is there counts.</summary>
    public static IReadOnlyList<string> Thoughts { get; } = [Thought, Thinking, "reasoning"];

    public static JinjaDictionary Of(string role, string content)
    {
        var fields = new JinjaDictionary();
        fields[Role] = role;
        fields[Content] = content;
        return fields;
    }

    /// <summary>A tool or call that is a function alone, with the object around it that templates read; anything else as it is.</summary>
    public static object? AsFunction(object? value)
    {
        if (value is not JinjaDictionary fields || fields.TryGet("function", out _) || !fields.TryGet("name", out _)) return value;
        var whole = new JinjaDictionary();
        if (fields.TryGet("id", out object? id)) whole["id"] = id;
        whole["type"] = "function";
        whole["function"] = fields;
        return whole;
    }

    /// <summary>A copy with one field changed, or added at the end.</summary>
    public static JinjaDictionary With(JinjaDictionary fields, string name, object? value)
    {
        JinjaDictionary copy = Copy(fields);
        copy[name] = value;
        return copy;
    }

    /// <summary>A copy without a field.</summary>
    public static JinjaDictionary Without(JinjaDictionary fields, params IReadOnlyList<string> names)
    {
        var copy = new JinjaDictionary();
        foreach ((object? key, object? value) in fields.Items)
            if (key is not string name || !names.Contains(name)) copy[key] = value;
        return copy;
    }

    /// <summary>A copy without what is null.</summary>
    public static JinjaDictionary Present(JinjaDictionary fields) => Without(fields, [.. fields.Items.Where(f => f.Value is null).Select(f => (string)f.Key!)]);

    public static JinjaDictionary Copy(JinjaDictionary fields) => Without(fields, []);

    /// <summary>The content as one text: that of its parts, one after the other; that of a mapping as JSON.</summary>
    public static string ContentText(JinjaDictionary fields) => fields.TryGet(Content, out object? content)
        ? content switch
        {
            string text => text,
            JinjaList parts when PartTexts(parts) is { } texts => string.Concat(texts),
            null => "",
            _ => ConversationText.Json(content),
        }
        : "";

    /// <summary>The texts of content that is a list of text parts; null where it is something else.</summary>
    public static string[]? PartTexts(JinjaList parts)
    {
        var texts = new string[parts.Items.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            object? text = parts.Items[i] is JinjaDictionary part ? IsText(part) && part.TryGet("text", out object? value) ? value : null : parts.Items[i];
            if (text is not string found) return null;
            texts[i] = found;
        }
        return texts;
    }

    /// <summary>Whether a part of that type is text, in the words of one interface or another.</summary>
    public static bool IsTextType(string type) => type is "text" or "input_text" or "output_text";

    /// <summary>A part that says no type is a text if it has one.</summary>
    private static bool IsText(JinjaDictionary part) => !part.TryGet("type", out object? type) || (type is string name && IsTextType(name));
}
