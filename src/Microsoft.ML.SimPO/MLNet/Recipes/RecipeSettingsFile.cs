using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>The settings of a recipe with their origins in the folder of the run that was made of it, for its report.</summary>
internal static class RecipeSettingsFile
{
    private const string Name = "recipe.settings.json";

    private const long MostBytes = 1 << 22;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string folder, IReadOnlyList<RecipeSetting> settings) => AtomicFile.Write(
        Path.Combine(folder, Name),
        JsonSerializer.SerializeToUtf8Bytes(settings.Select(s => new Entry(s.Key, s.Value, OriginOf(s.Origin), NoteOf(s))), Json));

    /// <returns>None where there is no such file.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IReadOnlyList<(string Key, string Value, string Origin, string Note)> Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return [];
        try
        {
            Entry?[] entries = JsonSerializer.Deserialize<Entry?[]>(RegularFile.ReadBytes(path, MostBytes), Json) ?? [];
            return [.. entries.OfType<Entry>().Select(e => (e.Key ?? "", e.Value ?? "", e.Origin ?? "", e.Note ?? ""))];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>What a table calls who said it.</summary>
    public static string OriginOf(RecipeOrigin origin) => origin switch
    {
        RecipeOrigin.Recipe => "recipe",
        RecipeOrigin.Override => "override",
        _ => "default",
    };

    public static string NoteOf(RecipeSetting setting) => setting.Fate == RecipeFate.Harmless ? $"no effect: {setting.Note}" : setting.Note ?? "";

    private sealed record Entry(string? Key, string? Value, string? Origin, string? Note);
}
