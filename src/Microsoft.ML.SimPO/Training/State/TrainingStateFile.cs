using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary><c>trainer_state.json</c>: the state, and which files of which length and content belong to it.</summary>
internal static class TrainingStateFile
{
    public const string Name = "trainer_state.json";

    /// <summary>The first had no hashes.</summary>
    private const int Version = 2, FirstVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Written last: a folder with this file was complete when it was written.</summary>
    public static void Write(string folder, TrainingState state)
    {
        string[] names =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
                .Where(n => n[0] != '.').Order(StringComparer.Ordinal), // hidden ones are the writer's own
        ];
        var lengths = names.ToDictionary(n => n, n => new FileInfo(Path.Combine(folder, n)).Length, StringComparer.Ordinal);
        var hashes = names.ToDictionary(n => n, n => HashOf(Path.Combine(folder, n)), StringComparer.Ordinal);
        using FileStream stream = new(Path.Combine(folder, Name), FileMode.Create, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(stream, new Content(Version, lengths, state) { Hashes = hashes }, Json);
    }

    /// <summary>The state of a checkpoint of which every file is as it was written.</summary>
    /// <exception cref="InvalidDataException">The folder is no checkpoint, or files of it are missing, cut short or altered; all are named.</exception>
    public static TrainingState Read(string folder) => Read(folder, checkContent: true);

    /// <summary>The state of a checkpoint whose files have the right lengths. What is in them is not looked at.</summary>
    /// <exception cref="InvalidDataException">The folder is no checkpoint, or files of it are missing or cut short; all are named.</exception>
    public static TrainingState ReadQuickly(string folder) => Read(folder, checkContent: false);

    private static TrainingState Read(string folder, bool checkContent)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) throw new InvalidDataException($"'{folder}' is no checkpoint of a run: it holds no '{Name}'.{Inside(folder)}");
        Content content = Parse(path);
        var faults = new Faults($"The checkpoint '{folder}'");
        foreach ((string name, long length) in content.Files)
            if (FaultOf(folder, name, length, checkContent ? content.Hashes.GetValueOrDefault(name) : null) is { } fault) faults.Add(fault);
        faults.ThrowIfAny();
        return content.State;
    }

    /// <summary>What to give in place of the folder of a whole run.</summary>
    private static string Inside(string folder) => Directory.Exists(folder) && RunFolders.CheckpointsIn(folder) is [.., var newest]
        ? $" Give a checkpoint in it, '{RunFolders.CheckpointName(newest)}', or the folder as `OutputPath` with `ResumeFrom` Auto."
        : "";

    /// <param name="hash">Null where it is not to be checked.</param>
    private static string? FaultOf(string folder, string name, long length, string? hash)
    {
        if (name.Split('/').Any(part => part is "" or "." or "..") || name.Contains('\\')) return $"{Faults.Quote(name)} is not the name of a file in it.";
        string path = Path.Combine([folder, .. name.Split('/')]);
        if (!File.Exists(path)) return $"{Faults.Quote(name)} is missing.";
        if (RegularFile.Length(path) is var found && found != length)
            return FormattableString.Invariant($"{Faults.Quote(name)} should have {length} bytes, but has {found}.");
        return hash is null || HashOf(path) == hash ? null : $"{Faults.Quote(name)} was altered since it was written: its SHA-256 is another.";
    }

    private static string HashOf(string path)
    {
        using Stream stream = RegularFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static Content Parse(string path)
    {
        try
        {
            using Stream stream = RegularFile.OpenRead(path);
            Content content = JsonSerializer.Deserialize<Content>(stream, Json) ?? throw new JsonException("It is null.");
            if (content.Version is < FirstVersion or > Version)
                throw new InvalidDataException(FormattableString.Invariant($"'{path}' has version {content.Version}; this library reads {Version}."));
            if (content.State.Fault is { } fault) throw new JsonException(fault);
            if (content.Hashes is null || content.Hashes.Values.Any(h => h is null)) throw new JsonException("A hash is null.");
            return content;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }

    private sealed record Content(int Version, IReadOnlyDictionary<string, long> Files, TrainingState State)
    {
        public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();
    }
}
