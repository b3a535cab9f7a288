using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>
/// The folder of a run: <c>trainer_log.jsonl</c> and a <c>checkpoint-STEP</c> for each state that was kept. One process at a time may write to it.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    public const string LogName = "trainer_log.jsonl";

    private const string LockName = ".running";

    /// <summary>Which checkpoints are known to be whole, or not to be.</summary>
    private readonly Dictionary<int, bool> _whole = [];

    private readonly IDisposable _size = FileSizeSignal.MakeError(), _lock;
    private FileStream? _log;

    private RunFolder(string path, IDisposable @lock) => (Path, _lock) = (path, @lock);

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
        if (File.Exists(path)) throw new IOException($"'{path}' is a file; the folder of a run is to be there. Give another `OutputPath`.");
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path, FolderLock.Take(path, LockName, "run"));
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
    public static IReadOnlyList<int> CheckpointsIn(string folder) => RunFolders.CheckpointsIn(folder);

    public string CheckpointOf(int step) => System.IO.Path.Combine(Path, CheckpointName(step));

    public static string CheckpointName(int step) => RunFolders.CheckpointName(step);

    /// <summary>The newest checkpoint that is whole, every file of it as it was written; null for none.</summary>
    /// <param name="damaged">Is told why newer ones were passed over.</param>
    public SavedState? FindNewest(Action<string> damaged)
    {
        foreach (int step in Checkpoints.Reverse())
        {
            try
            {
                var found = SavedState.Read(CheckpointOf(step));
                _whole[step] = true;
                return found;
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                _whole[step] = false;
                damaged(e.Message);
            }
        }
        return null;
    }

    /// <summary>Takes note of a checkpoint that was just written.</summary>
    public void NoteWritten(int step) => _whole[step] = true;

    /// <summary>The newest checkpoint that has all its files; null for none.</summary>
    public int? NewestWhole()
    {
        foreach (int step in Checkpoints.Reverse())
            if (_whole.TryGetValue(step, out bool whole) ? whole : IsReadable(() => TrainingStateFile.ReadQuickly(CheckpointOf(step)))) return step;
        return null;
    }

    /// <summary>Removes checkpoints above the limit: damaged ones first, then the oldest.</summary>
    /// <param name="limit">The most that stay; 0 for all.</param>
    /// <param name="best">The step of one that stays in any case; null for none.</param>
    public void Prune(int limit, int? best)
    {
        List<int> steps = [.. Checkpoints];
        if (limit == 0 || steps.Count <= limit) return;
        int[] whole = [.. steps.Where(IsWhole)];
        IEnumerable<int> unwanted = steps.Except(whole).Concat(whole.SkipLast(1).Where(s => s != best));
        foreach (int step in unwanted.Take(steps.Count - limit).ToList()) Remove(CheckpointOf(step));
    }

    /// <summary>Begins the log with these lines, whatever it held before.</summary>
    public void StartLog(IEnumerable<byte[]> lines)
    {
        _log?.Dispose();
        string path = System.IO.Path.Combine(Path, LogName);
        AtomicFile.Write(path, lines.SelectMany(l => l).ToArray());
        _log = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The log is there as long as the folder is: what is written to a file without a name is lost in silence.</summary>
    /// <exception cref="IOException">The folder or its log was removed.</exception>
    public void CheckThere()
    {
        if (File.Exists(_log!.Name)) return;
        throw new IOException(
            $"'{_log.Name}' was removed while a run wrote to it: what the run did since is not kept. Leave `OutputPath` alone until the fit has ended.");
    }

    /// <summary>Adds a line to the log.</summary>
    /// <exception cref="IOException">There is no room for it, and the checkpoints are there still; or the folder was removed.</exception>
    public void Append(byte[] line)
    {
        CheckThere();
        try
        {
            _log!.Write(line);
        }
        catch (Exception e) when (e is IOException || FileSizeSignal.IsCause(e))
        {
            throw new IOException(
                $"'{_log!.Name}' could not take another line: {e.Message} The checkpoints beside it are whole: make room and set `ResumeFrom` to Auto to go on"
                + " from the newest.",
                e);
        }
    }

    public void Dispose()
    {
        _log?.Dispose();
        _lock.Dispose();
        _size.Dispose();
    }

    /// <summary>Whether every file of a checkpoint is as it was written. Each is looked at once.</summary>
    private bool IsWhole(int step)
    {
        if (!_whole.TryGetValue(step, out bool whole)) _whole[step] = whole = IsReadable(() => TrainingStateFile.Read(CheckpointOf(step)));
        return whole;
    }

    private static bool IsReadable(Func<TrainingState> read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return false;
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
        foreach (string folder in Directory.EnumerateDirectories(Path, $".{RunFolders.CheckpointPrefix}*", hiddenToo).ToList())
            Directory.Delete(folder, recursive: true);
        foreach (string name in new[] { LogName, ReferenceFile.Name })
            foreach (string file in Directory.EnumerateFiles(Path, $".{name}.*", hiddenToo).ToList()) File.Delete(file);
    }
}
