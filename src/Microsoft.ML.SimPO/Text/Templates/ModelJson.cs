using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Reads the small JSON files of a model.</summary>
internal static class ModelJson
{
    /// <summary>The object in a file; null where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is not JSON, or no object.</exception>
    public static JsonDocument? Read(ModelFiles files, string name)
    {
        if (files.Find(name) is not { } bytes) return null;
        try
        {
            ReadOnlyMemory<byte> text = IsUtf8(bytes) ? JsonFile.WithoutMark(bytes) : Encoding.UTF8.GetBytes(Decode(bytes));
            JsonFile.CheckTokens(text.Span, files.PathOf(name), JsonFile.MostTokens);
            JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document : throw Bad(files.PathOf(name), $"expected an object, found {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{files.PathOf(name)}' is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>The text of a file, in the encoding that its byte order mark names or else in UTF-8; null where there is no file.</summary>
    public static string? ReadText(ModelFiles files, string name)
    {
        if (files.Find(name) is not { } bytes) return null;
        return IsUtf8(bytes) ? Encoding.UTF8.GetString(JsonFile.WithoutMark(bytes).Span) : Decode(bytes);
    }

    /// <summary>A member that is a text, or null.</summary>
    public static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString() : null;

    /// <summary>Marks of other encodings are no UTF-8.</summary>
    private static bool IsUtf8(byte[] bytes) => Utf8.IsValid(bytes);

    private static string Decode(byte[] bytes)
    {
        using var reader = new StreamReader(new MemoryStream(bytes, writable: false));
        return reader.ReadToEnd();
    }

    public static InvalidDataException Bad(string path, string detail) => new($"'{path}': {detail}");
}
