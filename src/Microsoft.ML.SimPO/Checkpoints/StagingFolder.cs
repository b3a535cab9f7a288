namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A hidden folder beside a target, in which it is made. What a killed process left of it can be told by its <see cref="WritingMark"/>, and is removed or
/// brought to its end by the next that writes or reads the target.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    public const string Purpose = "new";

    private readonly WritingMark _mark;
    private bool _kept;

    private StagingFolder(string path, string stem, WritingMark mark) => (Path, Stem, _mark) = (path, stem, mark);

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>What tells this writing from others of the same target.</summary>
    public string Stem { get; }

    /// <summary>Makes the folder, after clearing away what others of the same target left that nobody writes to any more.</summary>
    /// <param name="journal">The full path of the journal of what is published together with the folder; null for none.</param>
    public static StagingFolder Create(string target, string? journal)
    {
        RemoveAbandoned(target);
        string path = AtomicFile.BesideName(target, Purpose), stem = Leftovers.StemOf(path, target, Purpose);
        Directory.CreateDirectory(path);
        try
        {
            return new StagingFolder(path, stem, WritingMark.Make(path, stem, journal));
        }
        catch
        {
            Leftovers.Remove(path);
            throw;
        }
    }

    /// <summary>Ends the writing: the content is on the disk, and the folder can be renamed.</summary>
    /// <exception cref="IOException">The disk did not take all of it.</exception>
    public void Complete()
    {
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Where(f => !WritingMark.IsMark(System.IO.Path.GetFileName(f))))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            FileSystem.Flush(stream);
        }
        foreach (string inner in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories)) FileSystem.FlushFolder(inner);
        FileSystem.FlushFolder(Path);
        _mark.Release();
    }

    /// <summary>From here on the folder is another's, and stays.</summary>
    public void Release() => _kept = true;

    /// <summary>All is done that belongs to the writing.</summary>
    public void RemoveMark(string target) => _mark.Remove(target);

    /// <summary>Removes the folder unless it was released.</summary>
    public void Dispose()
    {
        using WritingMark mark = _mark; // to the end: who finds the folder without it removes it too
        mark.Release();
        if (!_kept) Leftovers.Remove(Path);
    }

    private static void RemoveAbandoned(string target)
    {
        foreach (string folder in Leftovers.Beside(target, Purpose, Directory.EnumerateDirectories))
        {
            // Without its own mark it holds what was there before: not ours to remove. With a journal it is for whoever ends that.
            string stem = Leftovers.StemOf(folder, target, Purpose);
            bool isUnpublished = WritingMark.Abandoned(folder)
                .Any(mark => (mark.Stem == stem || mark.Stem.Length == 0) && (mark.Journal is null || !File.Exists(mark.Journal)));
            if (isUnpublished || (Leftovers.IsOld(folder) && WritingMark.IsBarren(folder))) Leftovers.Remove(folder);
        }
    }
}
