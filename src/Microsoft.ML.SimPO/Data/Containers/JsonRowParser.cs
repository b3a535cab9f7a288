using System.Text.Json;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Turns the UTF-8 bytes of one JSON value into a <see cref="FieldValue"/>, with bounds on depth and on the number of values.</summary>
internal sealed class JsonRowParser(FieldSelection wanted)
{
    public const int MaxDepth = 64;

    /// <summary>A row of ordinary data has some hundreds; the bound keeps <c>[[],[],...]</c> from growing to many times its bytes.</summary>
    public const int MaxValues = 1_000_000;

    private const int MaxObjects = 10_000;

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

    /// <summary>
    /// Parses the objects of a line: one as a rule; or several, one after the other or in a list, of which those after the first come in
    /// <paramref name="more"/>.
    /// </summary>
    /// <inheritdoc cref="ParseRow" path="/exception"/>
    public FieldRecord ParseRows(ReadOnlySpan<byte> line, List<FieldRecord> more)
    {
        if (line[line.IndexOfAnyExcept(" \t\r"u8)] == '[')
        {
            FieldValue list = Parse(line);
            bool rows = list.Items.Length > 0 && Array.TrueForAll(list.Items, item => item.Kind == FieldKind.Record);
            if (!rows) throw new FormatException($"A row must be a JSON object, but was {list.KindName}.");
            more.AddRange(list.Items.Skip(1).Select(item => item.Record));
            return list.Items[0].Record;
        }
        try
        {
            return ParseRow(line);
        }
        catch (FormatException)
        {
            List<Range>? objects = Objects(line);
            if (objects is null) throw;
            foreach (Range next in objects.Skip(1)) more.Add(ParseRow(line[next]));
            return ParseRow(line[objects[0]]);
        }
    }

    /// <summary>Parses any value.</summary>
    /// <inheritdoc cref="ParseRow" path="/exception"/>
    public FieldValue Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return ParseStrictly(json);
        }
        catch (FormatException error) when (error.InnerException is JsonException)
        {
            if (PythonNumbers.Repair(json) is not { } repaired) throw;
            return ParseStrictly(repaired);
        }
    }

    private FieldValue ParseStrictly(ReadOnlySpan<byte> json)
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

    /// <summary>Where the objects of a line stand, two at least; null where it is anything else.</summary>
    private static List<Range>? Objects(ReadOnlySpan<byte> line)
    {
        var objects = new List<Range>();
        var reader = new Utf8JsonReader(line, Options with { AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartObject || objects.Count == MaxObjects) return null;
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                objects.Add(start..(int)reader.BytesConsumed);
            }
        }
        catch (JsonException)
        {
            return null;
        }
        return objects.Count > 1 ? objects : null;
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
