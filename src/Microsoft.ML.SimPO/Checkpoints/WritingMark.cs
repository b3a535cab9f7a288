using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A hidden file in a folder that is being written, which goes with it to its place: whose writing it is, and what else belongs to it. It is locked as long as
/// its writer lives. Where it is says how far a writer came that was killed: in the hidden folder, it had not published; in the target, it had, and the hidden
/// folder of the same stem holds what was there before.
/// </summary>
internal sealed class WritingMark : IDisposable
{
    private const string Prefix = ".writing", Unnamed = ".unnamed";

    private const int MostBytes = 1 << 16;

    private readonly string _name;
    private readonly FileStream _lock;

    private WritingMark(string name, FileStream @lock)
    {
        (_name, _lock) = (name, @lock);
        Leftovers.Begin(name);
    }

    /// <param name="stem">What tells this writing from others of the same target.</param>
    /// <param name="journal">The full path of the journal of what is published together with the folder; null for none.</param>
    public static WritingMark Make(string folder, string stem, string? journal)
    {
        // Nobody finds it before it is locked: where names and locks are two steps, it gets its name last.
        string name = $"{Prefix}.{stem}", path = Path.Combine(folder, name);
        string first = OperatingSystem.IsWindows() ? path : Path.Combine(folder, $"{Unnamed}.{stem}");
        var mark = new WritingMark(name, new FileStream(first, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));
        try
        {
            mark._lock.Write(Encoding.UTF8.GetBytes($"{Leftovers.Owner}\n{journal}"));
            if (first != path) File.Move(first, path);
            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>The marks in a folder whose writers are gone; not those of writers that may still be at work.</summary>
    public static IEnumerable<(string Path, string Stem, string? Journal)> Abandoned(string folder)
    {
        foreach (string path in All(folder))
        {
            if (Leftovers.IsLocked(path) || Lines(path) is not { } lines || Leftovers.MayBeAtWork(path, lines[0])) continue;
            yield return (path, Path.GetFileName(path)[Prefix.Length..].TrimStart('.'), lines.Length > 1 && lines[1].Length > 0 ? lines[1] : null);
        }
    }

    /// <summary>Whether a folder holds nothing but what a writer begins with, which was killed before it had its mark.</summary>
    public static bool IsBarren(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder, "*", Leftovers.HiddenToo)
                .All(entry => Path.GetFileName(entry).StartsWith(Unnamed, StringComparison.Ordinal));
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Whether a name in a folder is that of a mark.</summary>
    public static bool IsMark(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether that writing's mark is in the folder.</summary>
    public static bool IsOf(string folder, string stem) => File.Exists(Path.Combine(folder, $"{Prefix}.{stem}"));

    /// <summary>Whether a folder is part of what a journal is about: that writing's mark in it says so.</summary>
    public static bool Names(string folder, string stem, string journal) =>
        IsOf(folder, stem) && Lines(Path.Combine(folder, $"{Prefix}.{stem}")) is [_, var named, ..] && named == journal;

    /// <summary>Lets go of the file where an open one keeps its folder from being renamed. The writer is still at work.</summary>
    public void Release()
    {
        if (OperatingSystem.IsWindows()) _lock.Dispose();
    }

    /// <summary>The writing is done: removes this mark from a folder, if it is there still.</summary>
    public void Remove(string folder)
    {
        Release();
        File.Delete(Path.Combine(folder, _name));
        Dispose();
    }

    public void Dispose()
    {
        _lock.Dispose();
        Leftovers.End(_name);
    }

    /// <returns>None where the folder is gone by now.</returns>
    private static string[] All(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, $"{Prefix}*", Leftovers.HiddenToo).Where(f => !Leftovers.IsLink(f))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <returns>Null where the file is gone by now, or another looks whether it is locked.</returns>
    private static string[]? Lines(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.ReadBytes(path, MostBytes)).Split('\n');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
