using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Reads the small JSON files of a model folder, with a bound on their size and depth.</summary>
internal static class JsonFile
{
    /// <summary>The largest file that is read, in bytes; the largest index of a published model has a hundredth of it.</summary>
    public const long MaxLength = 64 << 20;

    private const int MaxDepth = 64;

    /// <summary>The most texts, numbers and brackets: some ten times those of the largest index. A document takes a multiple of their bytes.</summary>
    public const int MostTokens = 2_000_000;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is too large or not JSON.</exception>
    public static JsonDocument Parse(string path) => Parse(ReadBytes(path), path);

    /// <param name="bytes">The content.</param>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <exception cref="InvalidDataException">It is not JSON.</exception>
    public static JsonDocument Parse(byte[] bytes, string path)
    {
        ReadOnlyMemory<byte> text = WithoutMark(bytes);
        if (LfsPointer.Is(bytes)) throw new InvalidDataException(LfsPointer.Message(path));
        try
        {
            CheckTexts(text.Span, path);
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Fails where a text holds more parts than a document of it may have room for.</summary>
    /// <exception cref="InvalidDataException">It does.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static void CheckTokens(ReadOnlySpan<byte> text, string path, int most)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        for (int count = 0; reader.Read(); count++)
            if (count == most) throw TooMany(path, most);
    }

    /// <summary>Fails where a text or name is not Unicode, which a document would tell only when it is asked for that text.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> text, string path)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        for (int count = 0; reader.Read(); count++)
        {
            if (count == MostTokens) throw TooMany(path, MostTokens);
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
        }
    }

    private static InvalidDataException TooMany(string path, int most) =>
        new(FormattableString.Invariant($"'{path}' holds more than {most} names, values and brackets, which no such file has."));

    /// <summary>The bytes of a file, if it is not too large to be one of these.</summary>
    public static byte[] ReadBytes(string path) => RegularFile.ReadBytes(path, MaxLength);

    /// <summary>The text without the byte order mark that some editors put before it.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) =>
        bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
}
