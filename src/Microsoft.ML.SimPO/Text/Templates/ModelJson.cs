using System.Text.Json;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Reads the small JSON files of a model's folder.</summary>
internal static class ModelJson
{
    private const long MaxFileLength = 64 << 20;

    /// <summary>The object in a file; null where there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is too long, not JSON, or no object.</exception>
    public static JsonDocument? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            JsonDocument document = JsonDocument.Parse(ReadText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw Bad(path, $"expected an object, found {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON: {e.Message}", e);
        }
    }

    public static string ReadText(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= MaxFileLength ? File.ReadAllText(path) : throw Bad(path, FormattableString.Invariant($"the file has {length} bytes; at most {MaxFileLength} are read."));
    }

    /// <summary>A member that is a text, or null.</summary>
    public static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public static InvalidDataException Bad(string path, string detail) => new($"'{path}': {detail}");
}
