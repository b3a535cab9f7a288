using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>The finished trials of a sweep in a file, a line each, written to the disk before the next trial begins.</summary>
internal sealed class TrialLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>More than any sweep writes: a line of a few hundred bytes for each trial.</summary>
    private const long MaxBytes = 1 << 30;

    private const string LockName = ".sweeping", BestName = "best", TrialName = "trial.json";

    private readonly string _path;
    private readonly IDisposable _lock;

    private TrialLog(string path, IDisposable @lock, IReadOnlyList<TrialRecord> records) => (_path, _lock, Records) = (path, @lock, records);

    /// <summary>What was there when the log was opened.</summary>
    public IReadOnlyList<TrialRecord> Records { get; }

    /// <summary>Where the model of the best trial is, with the trial that it is of.</summary>
    private string BestPath => Path.Combine(Path.GetDirectoryName(_path)!, BestName);

    /// <param name="sweep">What an equal sweep has equal.</param>
    /// <exception cref="InvalidOperationException">The folder holds the trials of another sweep.</exception>
    /// <exception cref="IOException">Another sweep writes to the folder, or it cannot be written.</exception>
    public static TrialLog Open(string folder, string sweep)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        IDisposable @lock = FolderLock.Take(folder, LockName, "sweep");
        try
        {
            return Open(folder, sweep, @lock);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Adds the line of a trial, and then keeps its model if it is the best so far. In this order: a line without its model has the model made again; a model
    /// without its line would be taken for another trial's.
    /// </summary>
    /// <param name="best">Null where it is not the best, or has no model.</param>
    public void Append(TrialRecord record, AlignmentTransformer? best)
    {
        Append(record);
        if (best is not null) SaveBest(record, best);
    }

    /// <summary>Writes a model with the trial that it is of.</summary>
    public void SaveBest(TrialRecord record, AlignmentTransformer model) =>
        model.SaveCheckpoint(
            BestPath, complete: folder => File.WriteAllBytes(Path.Combine(folder, TrialName), JsonSerializer.SerializeToUtf8Bytes(record, Json)));

    /// <summary>The folder of the best model, if that is one of this trial.</summary>
    public string? BestOf(AlignmentTrialSettings trial)
    {
        string path = Path.Combine(BestPath, TrialName);
        try
        {
            if (!File.Exists(path)) return null;
            TrialRecord? record = JsonSerializer.Deserialize<TrialRecord>(RegularFile.ReadBytes(path, MaxBytes), Json);
            return record?.IsOf(trial) == true ? BestPath : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Lets others have the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static TrialLog Open(string folder, string sweep, IDisposable @lock)
    {
        string path = Path.Combine(folder, "trials.jsonl");
        List<TrialRecord> records = File.Exists(path) ? Read(path) : [];
        if (records.Count == 0)
        {
            var log = new TrialLog(path, @lock, []);
            File.WriteAllText(path, "");
            log.Append(TrialRecord.Head(sweep));
            return log;
        }
        if (records[0].Sweep != sweep)
            throw new InvalidOperationException($"'{path}' holds the trials of another sweep. Use another `OutputPath`, or delete it.{Environment.NewLine}It "
                + $"is: {records[0].Sweep}{Environment.NewLine}This is: {sweep}");
        return new TrialLog(path, @lock, records[1..]);
    }

    private void Append(TrialRecord record)
    {
        using IDisposable size = FileSizeSignal.MakeError();
        using var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, Json), (byte)'\n']);
        FileSystem.Flush(stream);
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
