namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A folder that was filled beside its place. It takes the place of the old one in one step, and gives it back where something else that belongs to it fails.
/// What a process leaves that is killed after that step is brought to its end by <see cref="Recover"/>.
/// </summary>
internal sealed class FolderReplacement : IDisposable
{
    private const string OldPurpose = "old";

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
    /// <exception cref="IOException">It cannot be, or the disk did not take it; the old one is in its place.</exception>
    public void Publish()
    {
        _old = TryMove(_staging.Path, Target) ? null : Swap(_staging.Path, Target, _staging.Stem);
        _staging.Release();
        try
        {
            FlushParent();
        }
        catch
        {
            TakeBack();
            throw;
        }
    }

    /// <summary>Puts the old folder back after <see cref="Publish"/>, and removes the new one; what another has published since stays.</summary>
    public void TakeBack()
    {
        if (WritingMark.IsOf(Target, _staging.Stem)) TakeBack(Target, _old);
        else RemoveOld(Target, _old, _replaces);
    }

    /// <summary>Ends the work after <see cref="Publish"/>: what is no part of the old model moves to the new folder, the rest is deleted.</summary>
    public void RemoveOld()
    {
        RemoveOld(Target, _old, _replaces);
        _staging.RemoveMark(Target);
        FlushParent();
    }

    /// <summary>Removes the new folder unless it was published.</summary>
    public void Dispose() => _staging.Dispose();

    /// <summary>
    /// Ends what writers of a folder left that were killed after they had published it: files beside the old model are in the new folder, and the old one is
    /// gone. Where a writer was killed between two renames, on a system that cannot swap, the old folder is in its place again.
    /// </summary>
    /// <param name="replaces">Whether a file of that name belongs to what was written.</param>
    public static void Recover(string target, Func<string, bool> replaces)
    {
        string parent = System.IO.Path.GetDirectoryName(target)!;
        if (!Directory.Exists(parent)) return;
        if (!Directory.Exists(target))
        {
            string? old = Leftovers.Beside(target, OldPurpose, Directory.EnumerateDirectories).MaxBy(Directory.GetLastWriteTimeUtc);
            if (old is null || File.Exists(target) || !Leftovers.Beside(target, StagingFolder.Purpose, Directory.EnumerateDirectories)
                .Any(f => WritingMark.Abandoned(f).Any(mark => mark.Stem == Leftovers.StemOf(f, target, StagingFolder.Purpose)))) return;
            Directory.Move(old, target);
            FileSystem.FlushFolder(parent);
            return;
        }
        foreach ((string mark, string stem, string? journal) in WritingMark.Abandoned(target).ToList())
        {
            if (journal is not null && File.Exists(journal)) continue;
            using FileStream? taken = Leftovers.TryTake(mark);
            if (taken is null) continue;
            RemoveOld(target, OldOf(target, stem), replaces);
            File.Delete(mark);
            FileSystem.FlushFolder(parent);
        }
    }

    /// <summary>
    /// Whether a journal speaks of a folder that it may speak of. Journals lie in folders of strangers, too: what one has removed or moved is a hidden folder
    /// that was made beside its place, and the two lie in the journal's own folder or bear the mark of a writing that names the journal.
    /// </summary>
    /// <param name="staged">Where the folder was made.</param>
    public static bool IsOf(string journal, string target, string staged)
    {
        string stem = System.IO.Path.GetFileName(staged).Split('.') is [.., var last, _] ? last : "";
        if (stem.Length == 0 || System.IO.Path.GetDirectoryName(target) is null || staged != AtomicFile.BesideName(target, stem, StagingFolder.Purpose)
            || Leftovers.IsLink(staged)) return false;
        string beside = System.IO.Path.GetDirectoryName(journal)! + System.IO.Path.DirectorySeparatorChar;
        return staged.StartsWith(beside, StringComparison.Ordinal) || WritingMark.Names(target, stem, journal) || WritingMark.Names(staged, stem, journal);
    }

    /// <summary>Undoes what a killed writer published, where the whole that it is a part of was not.</summary>
    /// <param name="staged">Where the folder was made.</param>
    public static void Undo(string target, string staged)
    {
        string stem = Leftovers.StemOf(staged, target, StagingFolder.Purpose);
        if (WritingMark.IsOf(target, stem)) TakeBack(target, OldOf(target, stem));
        else Leftovers.Remove(staged);
    }

    /// <summary>Where a writing put the old folder; null where there is none any more.</summary>
    private static string? OldOf(string target, string stem) =>
        new[] { StagingFolder.Purpose, OldPurpose }.Select(purpose => AtomicFile.BesideName(target, stem, purpose))
            .FirstOrDefault(f => Directory.Exists(f) && !Leftovers.IsLink(f));

    private static void TakeBack(string target, string? old)
    {
        string unwanted = AtomicFile.BesideName(target, OldPurpose);
        if (old is null) Directory.Move(target, unwanted);
        else if (FileSystem.TryExchange(old, target)) unwanted = old;
        else
        {
            Directory.Move(target, unwanted);
            Directory.Move(old, target);
        }
        Leftovers.Remove(unwanted);
        FileSystem.FlushFolder(System.IO.Path.GetDirectoryName(target)!);
    }

    private static void RemoveOld(string target, string? old, Func<string, bool> replaces)
    {
        if (!Directory.Exists(old)) return;
        foreach (string entry in Directory.EnumerateFileSystemEntries(old).ToList())
        {
            string name = System.IO.Path.GetFileName(entry), destination = System.IO.Path.Combine(target, name);
            if (replaces(name) || WritingMark.IsMark(name) || System.IO.Path.Exists(destination)) continue;
            if (Directory.Exists(entry)) Directory.Move(entry, destination);
            else File.Move(entry, destination);
        }
        FileSystem.FlushFolder(target);
        Leftovers.Remove(old);
    }

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
    private static string Swap(string beside, string target, string stem)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
        if (FileSystem.TryExchange(beside, target)) return beside;
        string old = AtomicFile.BesideName(target, stem, OldPurpose);
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

    private void FlushParent() => FileSystem.FlushFolder(System.IO.Path.GetDirectoryName(Target)!);
}
