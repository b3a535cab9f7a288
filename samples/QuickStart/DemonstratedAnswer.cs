using System.Text.Json;

namespace QuickStart;

/// <summary>A prompt with the answer that is to be learned.</summary>
internal sealed class DemonstratedAnswer
{
    public string Prompt { get; set; } = "";

    public string Response { get; set; } = "";

    /// <summary>The rows of a file of JSON lines.</summary>
    /// <param name="most">The most rows; null for all.</param>
    /// <exception cref="InvalidDataException">A row has no prompt or no response.</exception>
    public static DemonstratedAnswer[] Read(string path, int? most) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0).Take(most ?? int.MaxValue).Select((line, i) => Parse(line, path, i + 1))];

    private static DemonstratedAnswer Parse(string line, string path, int row)
    {
        try
        {
            JsonElement fields = JsonDocument.Parse(line).RootElement;
            return new DemonstratedAnswer { Prompt = fields.GetProperty("prompt").GetString()!, Response = fields.GetProperty("response").GetString()! };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(FormattableString.Invariant($"{path}, row {row}: there must be a \"prompt\" and a \"response\". {e.Message}"), e);
        }
    }
}
