using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary><c>trainer_state.json</c>: the state, and which files of which length belong to it.</summary>
internal static class TrainingStateFile
{
    public const string Name = "trainer_state.json";

    private const int Version = 1;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Written last: a folder with this file was complete when it was written.</summary>
    public static void Write(string folder, TrainingState state)
    {
        var files = Directory.EnumerateFiles(folder).ToDictionary(f => Path.GetFileName(f), f => new FileInfo(f).Length, StringComparer.Ordinal);
        foreach (string hidden in files.Keys.Where(n => n.StartsWith('.')).ToArray()) files.Remove(hidden);
        using FileStream stream = new(Path.Combine(folder, Name), FileMode.Create, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(stream, new Content(Version, files, state), Json);
    }

    /// <exception cref="InvalidDataException">The folder is no checkpoint, or a file of it is missing or cut short.</exception>
    public static TrainingState Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) throw new InvalidDataException($"'{folder}' is no checkpoint of a run: it holds no '{Name}'.");
        Content content = Parse(path);
        if (content.Version != Version) throw new InvalidDataException(FormattableString.Invariant($"'{path}' has version {content.Version}; this library reads {Version}."));
        var faults = new Faults($"The checkpoint '{folder}'");
        foreach ((string name, long length) in content.Files)
        {
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists) faults.Add($"'{name}' is missing.");
            else if (file.Length != length) faults.Add(FormattableString.Invariant($"'{name}' should have {length} bytes, but has {file.Length}."));
        }
        faults.ThrowIfAny();
        return content.State;
    }

    private static Content Parse(string path)
    {
        try
        {
            using Stream stream = RegularFile.OpenRead(path);
            return JsonSerializer.Deserialize<Content>(stream, Json) ?? throw new InvalidDataException($"'{path}' is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }

    private sealed record Content(int Version, IReadOnlyDictionary<string, long> Files, TrainingState State);
}
