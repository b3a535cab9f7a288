using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Turns the UTF-8 bytes of one JSON value into a <see cref="FieldValue"/>, with bounds on depth and on the number of values.</summary>
internal sealed class JsonRowParser(FieldSelection wanted)
{
    public const int MaxDepth = 64;

    /// <summary>A row of ordinary data has some hundreds; the bound keeps <c>[[],[],...]</c> from growing to many times its bytes.</summary>
    public const int MaxValues = 1_000_000;

    public static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow };

    // Rows repeat their names: a name is kept once, found again by its place in the object.
    private readonly List<string> _names = [];
    private int _left;

    /// <summary>Parses an object.</summary>
    /// <exception cref="FormatException">The bytes are not JSON, too deep, not UTF-8, or not an object; the message says what and where.</exception>
    public FieldRecord ParseRow(ReadOnlySpan<byte> json)
    {
        FieldValue value = Parse(json);
        if (value.Kind != FieldKind.Record) throw new FormatException($"A row must be a JSON object, but was {value.KindName}.");
        return value.Record;
    }

    /// <summary>Parses any value.</summary>
    /// <inheritdoc cref="ParseRow" path="/exception"/>
    public FieldValue Parse(ReadOnlySpan<byte> json)
    {
        _left = MaxValues;
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            reader.Read();
            FieldValue value = Value(ref reader, isRow: true);
            if (reader.Read()) throw new FormatException("A JSON value must end where the row does, but another follows.");
            return value;
        }
        catch (JsonException error)
        {
            throw new FormatException(Describe(error), error);
        }
        catch (InvalidOperationException error)
        {
            // Thrown by GetString for bytes that are not UTF-8 and for escapes of half a surrogate pair.
            throw new FormatException($"Text must be valid UTF-8 and whole surrogate pairs, but byte {reader.TokenStartIndex} starts one that is not.", error);
        }
    }

    internal static string Describe(JsonException error) =>
        error.Message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? $"JSON must not be nested deeper than {MaxDepth}, but is at byte {error.BytePositionInLine}."
            : $"JSON is broken at byte {error.BytePositionInLine}: {Reason(error)}";

    // The message ends with " LineNumber: 0 | BytePositionInLine: 17.", which counts from a place that the reader of it does not know.
    private static string Reason(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end];
    }

    private FieldValue Value(ref Utf8JsonReader reader, bool isRow = false)
    {
        if (--_left < 0) throw new FormatException($"A row must hold at most {MaxValues} values, but holds more.");
        return reader.TokenType switch
        {
            JsonTokenType.String => FieldValue.Of(reader.GetString()),
            JsonTokenType.Number when reader.TryGetInt64(out long whole) => FieldValue.Of(whole),
            JsonTokenType.Number => FieldValue.Of(reader.TryGetDouble(out double number) ? number : double.NaN),
            JsonTokenType.True => FieldValue.Of(true),
            JsonTokenType.False => FieldValue.Of(false),
            JsonTokenType.StartArray => List(ref reader),
            JsonTokenType.StartObject => Record(ref reader, isRow),
            _ => default,
        };
    }

    private FieldValue List(ref Utf8JsonReader reader)
    {
        var items = new List<FieldValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader));
        return FieldValue.Of(items.ToArray());
    }

    private FieldValue Record(ref Utf8JsonReader reader, bool isRow)
    {
        var names = new List<string>(8);
        var values = new List<FieldValue>(8);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = Name(ref reader, names.Count);
            reader.Read();
            if (isRow && !wanted.Wants(name))
            {
                reader.Skip();
                continue;
            }
            names.Add(name);
            values.Add(Value(ref reader));
        }
        return FieldValue.Of(new FieldRecord(names.ToArray(), values.ToArray()));
    }

    private string Name(ref Utf8JsonReader reader, int place)
    {
        for (int i = 0; i < _names.Count; i++)
        {
            string known = _names[(place + i) % _names.Count];
            if (reader.ValueTextEquals(known)) return known;
        }
        string name = reader.GetString()!;
        if (_names.Count < 32) _names.Add(name);
        return name;
    }
}
