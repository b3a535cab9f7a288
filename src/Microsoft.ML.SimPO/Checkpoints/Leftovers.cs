using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What processes that were killed left beside what they wrote.</summary>
internal static class Leftovers
{
    // Not every disk knows locks: what may still be written is young.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>Names of files of writers that are at work in this process: no lock need say so.</summary>
    private static readonly ConcurrentDictionary<string, bool> AtWork = new(StringComparer.Ordinal);

    /// <summary>For looking for what is hidden.</summary>
    public static EnumerationOptions HiddenToo { get; } = new() { AttributesToSkip = 0, MatchType = MatchType.Simple };

    /// <summary>Names that <see cref="AtomicFile.BesideName(string, string)"/> made for a target and a purpose.</summary>
    /// <param name="enumerate">Of files, or of folders.</param>
    public static IEnumerable<string> Beside(string target, string purpose, Func<string, string, EnumerationOptions, IEnumerable<string>> enumerate)
    {
        string[] found = [.. enumerate(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.*.{purpose}", HiddenToo)];
        // The pattern of the system takes more than is meant, as ".a.b.1.new" for a target "a".
        return found.Where(f => !StemOf(f, target, purpose).Contains('.', StringComparison.Ordinal) && !IsLink(f));
    }

    /// <summary>Whether it leads somewhere else. No writer of this library makes such: a stranger may, to have files moved that are not his.</summary>
    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    /// <summary>A line that says which process writes.</summary>
    public static string Owner => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {Environment.MachineName}");

    /// <summary>From now on a file of this process, by its name, which no other has, is that of a writer at work.</summary>
    public static void Begin(string name) => AtWork[name] = true;

    /// <summary>What <see cref="Begin"/> said is over.</summary>
    public static void End(string name) => AtWork.TryRemove(name, out _);

    /// <summary>Whether the writer of a file that nobody has locked may be at work: on a disk that knows no locks, or where it had to let go of it.</summary>
    /// <param name="owner">What <see cref="Owner"/> was for it.</param>
    public static bool MayBeAtWork(string file, string owner) => AtWork.ContainsKey(Path.GetFileName(file)) || (!IsOld(file) && MayLive(owner));

    public static bool IsOld(string file) => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) >= AbandonedAfter;

    /// <summary>Whether somebody has the file open for writing, or it cannot be told.</summary>
    public static bool IsLocked(string file)
    {
        using FileStream? taken = TryTake(file);
        return taken is null;
    }

    /// <summary>
    /// Takes what a killed process left, until the result is disposed, so that one alone ends it: by then its file is gone. Null where another has it, or had
    /// it, or it cannot be told.
    /// </summary>
    public static FileStream? TryTake(string file)
    {
        if (IsLink(file)) return null;
        FileStream? taken = null;
        try
        {
            taken = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, bufferSize: 0);
            if (File.Exists(file)) return taken; // and not the file that another had open, and has deleted
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
        taken?.Dispose();
        return null;
    }

    /// <summary>Whether another process, that of an owner's line, could be at work: where nobody knows it is assumed.</summary>
    private static bool MayLive(string owner)
    {
        string[] parts = owner.Split(' ', 2);
        if (parts.Length < 2 || parts[1] != Environment.MachineName || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out int process)) return true;
        if (process == Environment.ProcessId) return false;
        try
        {
            using var running = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Removes a folder with all that is in it. It may be gone, or just be removed by another.</summary>
    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>What tells such a name from others of the same target and purpose.</summary>
    public static string StemOf(string beside, string target, string purpose) =>
        Path.GetFileName(beside)[(Path.GetFileName(target).Length + 2)..^(purpose.Length + 1)];
}
