using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Changes a field of config.json, and not one other byte of it.</summary>
internal static class ConfigRewriter
{
    /// <summary>
    /// The text with every <c>dtype</c> and <c>torch_dtype</c> of the outermost object naming <paramref name="type"/>. Where it has neither,
    /// <c>torch_dtype</c>, which old and new readers know, is added at the end.
    /// </summary>
    /// <param name="json">The content of config.json.</param>
    /// <param name="type">Float32 or BFloat16.</param>
    /// <exception cref="InvalidDataException">The text is not a JSON object.</exception>
    public static byte[] WithType(byte[] json, CheckpointType type) => With(json, ["torch_dtype", "dtype"], $"\"{type.TorchName}\"");

    /// <summary>The text with every <paramref name="field"/> of the outermost object having that value; where it has none, it is added at the end.</summary>
    /// <param name="json">The content of config.json.</param>
    /// <param name="value">As JSON.</param>
    /// <exception cref="InvalidDataException">The text is not a JSON object.</exception>
    public static byte[] With(byte[] json, string field, string value) => With(json, [field], value);

    /// <param name="fields">All that get the value. Where there is none of them, the first is added.</param>
    private static byte[] With(byte[] json, string[] fields, string jsonValue)
    {
        ReadOnlyMemory<byte> text = JsonFile.WithoutMark(json);
        byte[] value = Encoding.UTF8.GetBytes(jsonValue);
        List<Range> cuts;
        int lastEnd;
        int close;
        try
        {
            (cuts, lastEnd, close) = FindValues(text.Span, fields);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"config.json is not a JSON object: {e.Message}", e);
        }
        return cuts.Count > 0 ? Replace(text.Span, cuts, value) : Insert(text.Span, lastEnd, close, fields[0], value);
    }

    /// <returns>Where the values lie; where the last field ends, 0 if there is none; where the closing brace is.</returns>
    private static (List<Range> Values, int LastEnd, int Close) FindValues(ReadOnlySpan<byte> text, string[] fields)
    {
        var values = new List<Range>();
        int lastEnd = 0;
        var reader = new Utf8JsonReader(text);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"it begins with {reader.TokenType}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMeant = false;
            foreach (string field in fields) isMeant |= reader.ValueTextEquals(field);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            lastEnd = (int)reader.BytesConsumed;
            if (isMeant) values.Add(start..lastEnd);
        }
        int close = (int)reader.TokenStartIndex;
        while (reader.Read()) throw new JsonException("something follows the object.");
        return (values, lastEnd, close);
    }

    private static byte[] Replace(ReadOnlySpan<byte> text, List<Range> cuts, byte[] value)
    {
        using var result = new MemoryStream(text.Length + 64);
        int from = 0;
        foreach (Range cut in cuts)
        {
            result.Write(text[from..cut.Start]);
            result.Write(value);
            from = cut.End.Value;
        }
        result.Write(text[from..]);
        return result.ToArray();
    }

    private static byte[] Insert(ReadOnlySpan<byte> text, int lastEnd, int close, string field, byte[] value)
    {
        byte[] name = Encoding.UTF8.GetBytes($"\n  \"{field}\": ");
        int at = lastEnd > 0 ? lastEnd : close;
        return [.. text[..at], .. lastEnd > 0 ? ","u8 : [], .. name, .. value, .. lastEnd > 0 ? [] : "\n"u8, .. text[at..]];
    }
}
