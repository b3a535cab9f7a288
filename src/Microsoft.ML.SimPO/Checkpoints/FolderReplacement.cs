namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A folder that was filled beside its place. It takes the place of the old one in one step, and gives it back where something else that belongs to it fails.
/// </summary>
internal sealed class FolderReplacement : IDisposable
{
    private readonly StagingFolder _staging;
    private readonly Func<string, bool> _replaces;

    /// <summary>Where the old folder is since the swap, if there was one.</summary>
    private string? _old;

    internal FolderReplacement(StagingFolder staging, string target, Func<string, bool> replaces) =>
        (_staging, Target, _replaces) = (staging, target, replaces);

    /// <summary>The full path of the place.</summary>
    public string Target { get; }

    /// <summary>Where the new folder is until it is published.</summary>
    public string Path => _staging.Path;

    /// <summary>Has the new folder written to the disk.</summary>
    public void Complete() => _staging.Complete();

    /// <summary>Swaps the new folder with the old one, which stays beside it.</summary>
    public void Publish()
    {
        _old = TryMove(_staging.Path, Target) ? null : Swap(_staging.Path, Target);
        _staging.Release();
        FlushParent();
    }

    /// <summary>Puts the old folder back after <see cref="Publish"/>, and removes the new one.</summary>
    public void TakeBack()
    {
        string unwanted = AtomicFile.BesideName(Target, "old");
        if (_old is null) Directory.Move(Target, unwanted);
        else if (FileSystem.TryExchange(_old, Target)) unwanted = _old;
        else
        {
            Directory.Move(Target, unwanted);
            Directory.Move(_old, Target);
        }
        Directory.Delete(unwanted, recursive: true);
        FlushParent();
    }

    /// <summary>Ends the work after <see cref="Publish"/>: what is no part of the old model moves to the new folder, the rest is deleted.</summary>
    public void RemoveOld()
    {
        if (_old is null) return;
        MoveOthers(_old);
        Directory.Delete(_old, recursive: true);
        FlushParent();
    }

    /// <summary>Removes the new folder unless it was published.</summary>
    public void Dispose() => _staging.Dispose();

    /// <returns><c>false</c> if the target exists, perhaps only since this moment.</returns>
    private static bool TryMove(string folder, string target)
    {
        if (Directory.Exists(target)) return false;
        try
        {
            Directory.Move(folder, target);
            return true;
        }
        catch (IOException) when (Directory.Exists(target))
        {
            return false;
        }
    }

    /// <returns>Where the old folder is now.</returns>
    private static string Swap(string beside, string target)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
        if (FileSystem.TryExchange(beside, target)) return beside;
        string old = AtomicFile.BesideName(target, "old");
        Directory.Move(target, old);
        try
        {
            Directory.Move(beside, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }
        return old;
    }

    private void MoveOthers(string old)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(old).ToList())
        {
            string name = System.IO.Path.GetFileName(entry), destination = System.IO.Path.Combine(Target, name);
            if (_replaces(name) || System.IO.Path.Exists(destination)) continue;
            if (Directory.Exists(entry)) Directory.Move(entry, destination);
            else File.Move(entry, destination);
        }
    }

    private void FlushParent() => FileSystem.FlushFolder(System.IO.Path.GetDirectoryName(Target)!);
}
