using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>The finished trials of a sweep in a file, a line each, written to the disk before the next trial begins.</summary>
internal sealed class TrialLog
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>More than any sweep writes: a line of a few hundred bytes for each trial.</summary>
    private const long MaxBytes = 1 << 30;

    private readonly string _path;

    private TrialLog(string path, IReadOnlyList<TrialRecord> records) => (_path, Records) = (path, records);

    /// <summary>What was there when the log was opened.</summary>
    public IReadOnlyList<TrialRecord> Records { get; }

    /// <param name="sweep">What an equal sweep has equal.</param>
    /// <exception cref="InvalidOperationException">The folder holds the trials of another sweep.</exception>
    public static TrialLog Open(string folder, string sweep)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "trials.jsonl");
        List<TrialRecord> records = File.Exists(path) ? Read(path) : [];
        if (records.Count == 0)
        {
            var log = new TrialLog(path, []);
            File.WriteAllText(path, "");
            log.Append(TrialRecord.Head(sweep));
            return log;
        }
        if (records[0].Sweep != sweep)
            throw new InvalidOperationException($"'{path}' holds the trials of another sweep. Use another `OutputPath`, or delete it.{Environment.NewLine}It "
                + $"is: {records[0].Sweep}{Environment.NewLine}This is: {sweep}");
        return new TrialLog(path, records[1..]);
    }

    public void Append(TrialRecord record)
    {
        using var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, Json), (byte)'\n']);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Whole lines; one that was cut off when a process died is dropped from the file.</summary>
    private static List<TrialRecord> Read(string path)
    {
        byte[] bytes = RegularFile.ReadBytes(path, MaxBytes);
        int end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end < bytes.Length)
        {
            using FileStream stream = File.OpenWrite(path);
            stream.SetLength(end);
        }
        List<TrialRecord> records = [];
        foreach (string line in System.Text.Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize<TrialRecord>(line, Json) ?? throw new JsonException("null"));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"'{path}' line {records.Count + 1} is no trial: {e.Message}", e);
            }
        }
        return records;
    }
}
