using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Verdicts by what was judged, in memory and, where it has a path, in a file: a line each, appended when it is known. A line that was cut off by a killed
/// process, or is none of ours, is passed over and asked again.
/// </summary>
internal sealed class VerdictCache : IDisposable
{
    /// <summary>Some 10 million verdicts.</summary>
    private const long MaxBytes = 1 << 30;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly Dictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);
    private readonly FileStream? _file;

    /// <exception cref="IOException">The file cannot be read or written, or another judge writes to it.</exception>
    public VerdictCache(string? path)
    {
        if (path is null) return;
        byte[] before = File.Exists(path) ? RegularFile.ReadBytes(path, MaxBytes) : [];
        foreach (string line in Encoding.UTF8.GetString(before).Split('\n')) Read(line);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (before.Length > 0 && before[^1] != '\n') _file.WriteByte((byte)'\n');
    }

    public int Count => _verdicts.Count;

    /// <summary>What makes two comparisons one: all that the judge is told, and which judge it is.</summary>
    public static string Key(string judge, string instruction, string prompt, string first, string second) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { judge, instruction, prompt, first, second })));

    public Verdict? Find(string key)
    {
        lock (_verdicts) return _verdicts.TryGetValue(key, out Verdict verdict) ? verdict : null;
    }

    public void Add(string key, Verdict verdict)
    {
        lock (_verdicts)
        {
            _verdicts[key] = verdict;
            if (_file is null) return;
            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(new Line(key, verdict), Json), (byte)'\n']);
            _file.Flush();
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Read(string line)
    {
        if (line.Length == 0) return;
        try
        {
            if (JsonSerializer.Deserialize<Line>(line, Json) is { Key.Length: 2 * SHA256.HashSizeInBytes } read && Enum.IsDefined(read.Verdict))
                _verdicts[read.Key] = read.Verdict;
        }
        catch (JsonException)
        {
            // asked again
        }
    }

    private sealed record Line(string Key, Verdict Verdict);
}
