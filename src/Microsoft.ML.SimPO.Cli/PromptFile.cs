using System.Text.Json;

namespace SimPO.Cli;

/// <summary>Prompts of a file: those of preference data, or of lines of JSON that have a <c>prompt</c> alone.</summary>
internal static class PromptFile
{
    public static IDataView Load(MLContext context, string path)
    {
        if (Path.GetExtension(path) is not (".jsonl" or ".json") || !File.Exists(path) || PromptOf(File.ReadLines(path).FirstOrDefault() ?? "") is null)
            return context.Alignment.LoadPreferences(path);
        return context.Data.LoadFromEnumerable(File.ReadLines(path).Where(line => line.Length > 0).Select((line, i) => new Asked
        {
            Prompt = PromptOf(line) ?? throw new InvalidDataException(FormattableString.Invariant($"'{path}' line {i + 1} has no text `prompt`.")),
        }));
    }

    /// <summary>Null for a line that is no object, has none, or has an answer too.</summary>
    private static string? PromptOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement row = document.RootElement;
            return row.ValueKind == JsonValueKind.Object && !row.TryGetProperty("chosen", out _) && row.TryGetProperty("prompt", out JsonElement prompt)
                && prompt.ValueKind == JsonValueKind.String ? prompt.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As ML.NET reads it.</summary>
    private sealed class Asked
    {
        public string Prompt { get; set; } = "";
    }
}
