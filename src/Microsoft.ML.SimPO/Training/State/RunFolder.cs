using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>The folder of a run: <c>trainer_log.jsonl</c> and a <c>checkpoint-STEP</c> for each state that was kept. One process at a time may write to it.</summary>
internal sealed class RunFolder : IDisposable
{
    public const string LogName = "trainer_log.jsonl";

    private const string LockName = ".running", CheckpointPrefix = "checkpoint-";

    private readonly FileStream _lock;
    private FileStream? _log;

    private RunFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The steps that have a checkpoint, in order.</summary>
    public IReadOnlyList<int> Checkpoints => CheckpointsIn(Path);

    /// <summary>Takes the folder for this process, makes it where it is missing, and clears away what a killed run left half done.</summary>
    /// <param name="resumes">Whether a run that the folder holds is to go on; else there must be none.</param>
    /// <exception cref="IOException">Another run writes to it, it holds a run that is not to go on, or it cannot be made.</exception>
    public static RunFolder Open(string path, bool resumes)
    {
        path = System.IO.Path.GetFullPath(path);
        FileSizeSignal.MakeError();
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path, Lock(path));
        try
        {
            if (!resumes && (folder.Checkpoints.Count > 0 || File.Exists(System.IO.Path.Combine(path, LogName))))
                throw new IOException($"'{path}' holds a run already. Set `ResumeFrom` to Auto to go on with it, or give another `OutputPath`.");
            folder.RemoveUnfinished();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The steps that have a checkpoint in the folder of a run, in order.</summary>
    public static IReadOnlyList<int> CheckpointsIn(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder, CheckpointPrefix + "*").Select(d => System.IO.Path.GetFileName(d)[CheckpointPrefix.Length..])
            .Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1).Where(s => s >= 0).Order(),
    ];

    public string CheckpointOf(int step) => System.IO.Path.Combine(Path, CheckpointName(step));

    public static string CheckpointName(int step) => string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step}");

    /// <summary>The newest checkpoint that is whole; null for none.</summary>
    /// <param name="damaged">Is told why newer ones were passed over.</param>
    public string? FindNewest(Action<string> damaged)
    {
        foreach (int step in Checkpoints.Reverse())
        {
            try
            {
                TrainingStateFile.Read(CheckpointOf(step));
                return CheckpointOf(step);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                damaged(e.Message);
            }
        }
        return null;
    }

    /// <summary>Removes the oldest checkpoints above the limit.</summary>
    /// <param name="limit">The most that stay; 0 for all.</param>
    /// <param name="best">The step of one that stays in any case; null for none.</param>
    public void Prune(int limit, int? best)
    {
        if (limit == 0) return;
        List<int> steps = [.. Checkpoints];
        int excess = steps.Count - limit;
        foreach (int step in steps.SkipLast(1).Where(s => s != best).Take(Math.Max(0, excess))) Remove(CheckpointOf(step));
    }

    /// <summary>Begins the log with these lines, whatever it held before.</summary>
    public void StartLog(IEnumerable<byte[]> lines)
    {
        _log?.Dispose();
        string path = System.IO.Path.Combine(Path, LogName);
        AtomicFile.Write(path, lines.SelectMany(l => l).ToArray());
        _log = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Adds a line to the log.</summary>
    /// <exception cref="IOException">There is no room for it. The checkpoints are there still.</exception>
    public void Append(byte[] line)
    {
        try
        {
            _log!.Write(line);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException) // the second is .NET's word for a limit on the size of files
        {
            throw new IOException($"'{_log!.Name}' could not take another line: {e.Message} The checkpoints beside it are whole: make room and set `ResumeFrom` to Auto to go on from the newest.", e);
        }
    }

    public void Dispose()
    {
        _log?.Dispose();
        File.Delete(System.IO.Path.Combine(Path, LockName));
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(System.IO.Path.Combine(path, LockName)))
        {
            throw new IOException($"Another run writes to '{path}'. Wait for its end, or give another `OutputPath`.", e);
        }
    }

    /// <summary>Out of sight first: a checkpoint that is half deleted must not look like one.</summary>
    private static void Remove(string checkpoint)
    {
        string hidden = AtomicFile.BesideName(checkpoint, "old");
        Directory.Move(checkpoint, hidden);
        Directory.Delete(hidden, recursive: true);
    }

    /// <summary>Nobody else writes here, so every hidden checkpoint is one that was not finished, or not wholly removed.</summary>
    private void RemoveUnfinished()
    {
        var hiddenToo = new EnumerationOptions { AttributesToSkip = 0, MatchType = MatchType.Simple };
        foreach (string folder in Directory.EnumerateDirectories(Path, $".{CheckpointPrefix}*", hiddenToo).ToList()) Directory.Delete(folder, recursive: true);
        foreach (string file in Directory.EnumerateFiles(Path, $".{LogName}.*", hiddenToo).ToList()) File.Delete(file);
    }
}
