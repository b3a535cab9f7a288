using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// The text of a `Prompt` column: a single user turn is its own text; anything else is a JSON array of <c>{"role","content"}</c> messages.
/// <see cref="Parse"/> undoes <see cref="Format"/> for every list of turns.
/// </summary>
internal static class PromptText
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Format(IReadOnlyList<Turn> turns)
    {
        // A text that reads like messages itself would be taken for them: it is wrapped.
        if (turns is [{ Role: Turn.User } only] && !IsMessages(only.Content)) return only.Content;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) WriteMessages(writer, turns);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes turns as an array of <c>{"role","content"}</c>.</summary>
    public static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<Turn> turns)
    {
        writer.WriteStartArray();
        foreach (Turn turn in turns)
        {
            writer.WriteStartObject();
            writer.WriteString("role", turn.Role);
            writer.WriteString("content", turn.Content);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static IReadOnlyList<Turn> Parse(string prompt) => TryParseMessages(prompt) ?? [new Turn(Turn.User, prompt)];

    /// <summary>Whether the text is a JSON array of one or more messages.</summary>
    public static bool IsMessages(string text) => TryParseMessages(text) is not null;

    private static List<Turn>? TryParseMessages(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('[')) return null;
        FieldValue value = JsonText.TryParse(text);
        if (value.Kind != FieldKind.List || value.Items.Length == 0) return null;
        var turns = new List<Turn>(value.Items.Length);
        foreach (FieldValue item in value.Items)
        {
            if (item.Kind != FieldKind.Record) return null;
            FieldValue role = item.Record["role"], content = item.Record["content"];
            if (role.Kind != FieldKind.Text || content.Kind != FieldKind.Text) return null;
            turns.Add(new Turn(role.Text, content.Text));
        }
        return turns;
    }
}
