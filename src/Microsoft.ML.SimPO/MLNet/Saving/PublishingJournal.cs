using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What is to be done about the folders of a saved model where its writer is killed: a hidden file beside the model's, there from before the first folder takes
/// its place until the last is done. The model's file decides: where it was renamed, the folders are the new ones; where it was not, they are the old ones.
/// </summary>
internal sealed class PublishingJournal : IDisposable
{
    private const string Purpose = "pending";

    private const int MostBytes = 1 << 20;

    private readonly string _path;
    private readonly FileStream _file;

    private PublishingJournal(string path, FileStream file)
    {
        (_path, _file) = (path, file);
        Leftovers.Begin(Path.GetFileName(path));
    }

    /// <param name="target">The model's file.</param>
    /// <param name="pending">Where it is written.</param>
    public static string PathFor(string target, string pending) => AtomicFile.BesideName(target, Leftovers.StemOf(pending, target, "new"), Purpose);

    /// <param name="folders">The place of each folder, and where it was made.</param>
    public static PublishingJournal Begin(string target, string pending, IEnumerable<(string Target, string Staged)> folders)
    {
        string path = PathFor(target, pending), beside = Path.GetDirectoryName(path)!;
        // Nobody finds it before it is locked and whole: where names and locks are two steps, it gets its name last.
        string first = OperatingSystem.IsWindows() ? path : AtomicFile.BesideName(target, "new");
        var journal = new PublishingJournal(path, new FileStream(first, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));
        try
        {
            string[][] names = [.. folders.Select(f => new[] { Path.GetRelativePath(beside, f.Target), Path.GetRelativePath(beside, f.Staged) })];
            JsonSerializer.Serialize(journal._file, new Content(Leftovers.Owner, names));
            FileSystem.Flush(journal._file);
            if (first != path) File.Move(first, path);
            FileSystem.FlushFolder(beside);
            return journal;
        }
        catch
        {
            journal.Dispose();
            foreach (string file in new[] { first, path }) File.Delete(file); // nothing was published
            throw;
        }
    }

    /// <summary>Ends what writers of a model's file left that were killed.</summary>
    public static void Recover(string target)
    {
        foreach (string path in Leftovers.Beside(target, Purpose, Directory.EnumerateFiles))
        {
            using FileStream? taken = Leftovers.TryTake(path); // two that ended it at once would swap the folders twice
            if (taken is null) continue;
            Content content = Read(taken);
            if (content.Owner is { } owner && Leftovers.MayBeAtWork(path, owner)) continue;
            string beside = Path.GetDirectoryName(path)!, pending = AtomicFile.BesideName(target, Leftovers.StemOf(path, target, Purpose), "new");
            bool isPublished = !File.Exists(pending);
            (string Target, string Staged)[] folders = [.. content.Folders.Select(f => (Path.GetFullPath(f[0], beside), Path.GetFullPath(f[1], beside)))];
            if (!folders.All(f => FolderReplacement.IsOf(path, f.Target, f.Staged))) continue; // no writer of this library made it
            if (!isPublished)
            {
                foreach ((string place, string staged) in folders) FolderReplacement.Undo(place, staged);
                File.Delete(pending);
            }
            File.Delete(path);
            if (isPublished)
                foreach ((string place, _) in folders) FolderReplacement.Recover(place, ModelFile.IsOfModel);
            FileSystem.FlushFolder(beside);
        }
    }

    /// <summary>As <see cref="Recover"/>, for whoever only reads: what cannot be done is left to the next that writes.</summary>
    public static void TryRecover(string target)
    {
        try
        {
            Recover(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The model's own check of its weights says what is wrong with them.
        }
    }

    /// <summary>All is done.</summary>
    public void End()
    {
        File.Delete(_path);
        FileSystem.FlushFolder(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Lets go of the file; it stays where all is not done.</summary>
    public void Dispose()
    {
        _file.Dispose();
        Leftovers.End(Path.GetFileName(_path));
    }

    /// <returns>Nothing where it was not wholly written: then nothing had been published.</returns>
    private static Content Read(FileStream file)
    {
        try
        {
            Content? content = JsonSerializer.Deserialize<Content>(BoundedBytes.Read(file, file.CanSeek ? Math.Min(file.Length, MostBytes) : 0));
            if (content is { Owner: not null, Folders: not null } && content.Folders.All(f => f is [{ } target, { } staged]
                && !$"{target}{staged}".Contains('\0', StringComparison.Ordinal))) return content;
        }
        catch (JsonException)
        {
        }
        return new Content(null, []);
    }

    private sealed record Content(string? Owner, string[][] Folders);
}
