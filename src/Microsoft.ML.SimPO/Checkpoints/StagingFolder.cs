namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A hidden folder beside a target, in which it is made. A file in it stays locked meanwhile, so that what a killed process left can be told and removed.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private const string LockName = ".writing";
    private const string Purpose = "new";

    // Not every disk knows locks: what may still be written is young.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private FileStream? _lock;
    private bool _kept;

    private StagingFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Makes the folder, after removing those of the same target that nobody writes to any more.</summary>
    public static StagingFolder Create(string target)
    {
        RemoveAbandoned(target);
        string path = AtomicFile.BesideName(target, Purpose);
        Directory.CreateDirectory(path);
        return new StagingFolder(path, new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None));
    }

    /// <summary>Ends the writing: the content is on the disk, and the folder is the caller's to rename.</summary>
    public void Complete()
    {
        Unlock();
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            stream.Flush(flushToDisk: true);
        }
        foreach (string inner in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories)) FileSystem.FlushFolder(inner);
        FileSystem.FlushFolder(Path);
    }

    /// <summary>From here on the folder is another's, and stays.</summary>
    public void Release() => _kept = true;

    /// <summary>Removes the folder unless it was released.</summary>
    public void Dispose()
    {
        Unlock();
        if (!_kept && Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    private void Unlock()
    {
        if (_lock is null) return;
        _lock.Dispose();
        _lock = null;
        File.Delete(System.IO.Path.Combine(Path, LockName));
    }

    private static void RemoveAbandoned(string target)
    {
        string parent = System.IO.Path.GetDirectoryName(target)!;
        var hiddenToo = new EnumerationOptions { AttributesToSkip = 0, MatchType = MatchType.Simple };
        foreach (string folder in Directory.EnumerateDirectories(parent, $".{System.IO.Path.GetFileName(target)}.*.{Purpose}", hiddenToo).ToList())
        {
            // Without the file it is being renamed, or holds what was there before: not ours to remove.
            string file = System.IO.Path.Combine(folder, LockName);
            if (!File.Exists(file) || DateTime.UtcNow - File.GetLastWriteTimeUtc(file) < AbandonedAfter || IsLocked(file)) continue;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsLocked(string file)
    {
        try
        {
            using var exclusive = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
