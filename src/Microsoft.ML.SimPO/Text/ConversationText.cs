using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Conversations in a text, as a column of a data view holds them. A single user's turn is its own text. Anything else is JSON: a list of messages, or an
/// object with them
/// under <c>messages</c> and, as far as there are any, <c>tools</c>, <c>documents</c> and <c>chat_template_kwargs</c>. Reading undoes writing for every
/// conversation.
/// </summary>
internal static class ConversationText
{
    private const string Messages = "messages", Tools = "tools", Documents = "documents", Variables = "chat_template_kwargs";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The conversation that a prompt's text says; a user's turn where it is no other.</summary>
    /// <exception cref="InvalidDataException">It reads like messages, but something in it is none.</exception>
    public static Conversation Parse(string text, string name = "prompt") => TryParse(text, name) ?? Conversation.OfUser(text);

    /// <summary>The conversation of a text that is JSON messages; null for any other text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="asGiven">See <see cref="MessageReader.Read"/>; an empty list of tools stays one.</param>
    /// <exception cref="InvalidDataException">It reads like messages, but something in it is none.</exception>
    public static Conversation? TryParse(string text, string name = "prompt", bool asGiven = false)
    {
        if (Value(text) is not { } value) return null;
        object list = ListOf(value);
        if (!MessageReader.Looks(list)) return null;
        var messages = new List<Message>();
        if (MessageReader.Read(list, name, messages, asGiven) is { } fault)
            throw new InvalidDataException($"the {(name == "prompt" ? name : name + " answer")} reads like chat messages, but cannot be read as such: {fault}");
        var conversation = new Conversation(messages);
        return ReferenceEquals(list, value) ? conversation : WithMore(conversation, (JinjaDictionary)value, name, asGiven);
    }

    /// <summary>Whether a text would be read as messages.</summary>
    public static bool IsMessages(string text) => Value(text) is { } value && MessageReader.Looks(ListOf(value));

    /// <summary>The text of a prompt's column.</summary>
    public static string Format(Conversation conversation) => conversation switch
    {
        // A text that reads like messages itself would be taken for them: it is wrapped.
        { IsBare: true, Messages: [{ Role: Message.User, IsPlain: true } only] } when !IsMessages(only.Content) => only.Content,
        { IsBare: true } => Written(writer => WriteMessages(writer, conversation.Messages)),
        _ => Written(writer => WriteAll(writer, conversation)),
    };

    /// <summary>The text of an answer's column: the assistant's words alone, or messages as JSON.</summary>
    public static string FormatAnswer(IReadOnlyList<Message> answer) => Written(writer => WriteMessages(writer, answer));

    /// <summary>Writes messages as an array of <c>{"role","content"}</c> and whatever else they have.</summary>
    public static void WriteMessages(Utf8JsonWriter writer, IReadOnlyList<Message> messages)
    {
        writer.WriteStartArray();
        foreach (Message message in messages)
        {
            if (!message.IsPlain)
            {
                Write(writer, message.Fields);
                continue;
            }
            writer.WriteStartObject();
            writer.WriteString(MessageFields.Role, message.Role);
            writer.WriteString(MessageFields.Content, message.Content);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A value of JSON as text.</summary>
    public static string Json(object? value) => Written(writer => Write(writer, value));

    /// <summary>The value of a text that is a JSON array or object; null for any other text.</summary>
    public static object? Value(string text)
    {
        if (text.AsSpan().TrimStart() is not (['[', ..] or ['{', ..])) return null;
        try
        {
            // Through bytes, where half a surrogate pair becomes U+FFFD, as it does for the tokenizer.
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            return JinjaValue.From(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // no JSON; or half a surrogate pair, escaped, which is no text
        }
    }

    /// <summary>The messages of an object around them; anything else as it is.</summary>
    private static object ListOf(object value) =>
        value is JinjaDictionary container && container.TryGet(Messages, out object? list) && list is JinjaList ? list : value;

    private static Conversation WithMore(Conversation conversation, JinjaDictionary container, string name, bool asGiven) => conversation with
    {
        Tools = List(container, Tools, name, mayBeEmpty: asGiven),
        Documents = List(container, Documents, name),
        Variables = !container.TryGet(Variables, out object? more) || more is null ? null : more as JinjaDictionary
            ?? throw new InvalidDataException($"`{Variables}` of the {name} must be an object, but was {MessageReader.KindOf(more)}."),
    };

    /// <summary>An empty list is none unless it may be.</summary>
    private static JinjaList? List(JinjaDictionary container, string field, string name, bool mayBeEmpty = false)
    {
        if (!container.TryGet(field, out object? value) || value is null) return null;
        if (value is not JinjaList list) throw new InvalidDataException($"`{field}` of the {name} must be a list, but was {MessageReader.KindOf(value)}.");
        return list.Items.Length == 0 && !mayBeEmpty ? null : list;
    }

    private static void WriteAll(Utf8JsonWriter writer, Conversation conversation)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(Messages);
        WriteMessages(writer, conversation.Messages);
        WriteMore(writer, conversation);
        writer.WriteEndObject();
    }

    /// <summary>Writes, inside an object, the fields of a conversation that are no messages.</summary>
    public static void WriteMore(Utf8JsonWriter writer, Conversation conversation)
    {
        (string, object?)[] fields = [(Tools, conversation.Tools), (Documents, conversation.Documents), (Variables, conversation.Variables)];
        foreach ((string name, object? value) in fields)
        {
            if (value is null) continue;
            writer.WritePropertyName(name);
            Write(writer, value);
        }
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case BigInteger number: writer.WriteRawValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            case double number: writer.WriteRawValue(double.IsFinite(number) ? PythonFloat.Repr(number) : number > 0 ? "1e999" : "-1e999"); break;
            case JinjaSequence list:
                writer.WriteStartArray();
                foreach (object? item in list.Items) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JinjaDictionary fields:
                writer.WriteStartObject();
                foreach ((object? key, object? item) in fields.Items)
                {
                    writer.WritePropertyName((string)key!);
                    Write(writer, item);
                }
                writer.WriteEndObject();
                break;
            default: throw new InvalidOperationException($"{value.GetType().Name} is no value of JSON.");
        }
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
