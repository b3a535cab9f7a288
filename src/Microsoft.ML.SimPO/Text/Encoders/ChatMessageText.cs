using System.Text.Json;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Recognises a text that is a JSON array of <c>{"role", "content"}</c> messages.</summary>
internal static class ChatMessageText
{
    /// <summary>The messages; null for any other text, an empty array included.</summary>
    public static List<ChatMessage>? TryParse(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('[')) return null;
        try
        {
            // Through bytes, where half a surrogate pair becomes U+FFFD, as it does for the tokenizer.
            using JsonDocument document = JsonDocument.Parse(System.Text.Encoding.UTF8.GetBytes(text));
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() == 0) return null;
            var messages = new List<ChatMessage>();
            foreach (JsonElement element in document.RootElement.EnumerateArray())
            {
                if (TryMessage(element) is not { } message) return null;
                messages.Add(message);
            }
            return messages;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ChatMessage? TryMessage(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && TryText(element, "role") is { } role && TryText(element, "content") is { } content ? new ChatMessage(role, content) : null;

    private static string? TryText(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: no text.
            return null;
        }
    }
}
