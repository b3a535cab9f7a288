using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Verdicts by what was judged, in memory and, where it has a path, in a file: a line each, added when it is known. What is no verdict there is passed over and
/// asked again.
/// </summary>
internal sealed class VerdictCache : IDisposable
{
    /// <summary>Some 10 million verdicts.</summary>
    private const long MaxBytes = 1 << 30;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly Dictionary<string, JudgeVerdict> _verdicts = new(StringComparer.Ordinal);
    private readonly LineFile? _file;

    /// <exception cref="IOException">The file cannot be read or written, or another judge writes to it.</exception>
    public VerdictCache(string? path)
    {
        if (path is null) return;
        _file = new LineFile(path, MaxBytes);
        foreach (string line in _file.Lines) Read(line);
    }

    /// <summary>What makes two comparisons one: all that the judge is told, and which judge it is.</summary>
    public static string Key(string judge, string instruction, string prompt, string first, string second) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { judge, instruction, prompt, first, second })));

    public JudgeVerdict? Find(string key)
    {
        lock (_verdicts) return _verdicts.TryGetValue(key, out JudgeVerdict verdict) ? verdict : null;
    }

    public void Add(string key, JudgeVerdict verdict)
    {
        lock (_verdicts)
        {
            _verdicts[key] = verdict;
            _file?.Add(JsonSerializer.SerializeToUtf8Bytes(new Line(key, verdict), Json));
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Read(string line)
    {
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

    private sealed record Line(string Key, JudgeVerdict Verdict);
}
