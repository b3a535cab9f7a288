namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a file so that at every moment either the old one or the new one is there, whole.</summary>
internal static class AtomicFile
{
    private const string Purpose = "new";

    /// <summary>Writes beside the target, has it written to the disk, and gives it the target's name.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="write">Writes the content. When it throws, the target stays as it was and nothing is left behind.</param>
    public static void Write(string path, Action<Stream> write)
    {
        using IDisposable size = FileSizeSignal.MakeError();
        path = Path.GetFullPath(path);
        RemoveAbandoned(path);
        string beside = BesideName(path, Purpose);
        try
        {
            using (FileStream stream = CreateUnbuffered(beside))
            {
                write(stream);
                FileSystem.Flush(stream);
                if (!OperatingSystem.IsWindows()) File.Move(beside, path, overwrite: true); // locked until then
            }
            if (OperatingSystem.IsWindows()) File.Move(beside, path, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(beside);
            if (FileSizeSignal.IsCause(e)) throw FileSizeSignal.ErrorOf(e);
            throw;
        }
        FileSystem.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="content">All of it.</param>
    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));

    /// <summary>A hidden name in the same folder, thus on the same disk, that no other process uses.</summary>
    internal static string BesideName(string path, string purpose) => BesideName(path, $"{Guid.NewGuid():N}", purpose);

    /// <summary>Such a name with a stem that is known.</summary>
    internal static string BesideName(string path, string stem, string purpose) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{stem}.{purpose}");

    /// <summary>Removes what killed processes began beside the target: files that nobody has locked, and are too old to be just being made.</summary>
    public static void RemoveAbandoned(string path)
    {
        foreach (string file in Leftovers.Beside(path, Purpose, Directory.EnumerateFiles))
            if (Leftovers.IsOld(file) && !Leftovers.IsLocked(file)) File.Delete(file);
    }

    private static FileStream CreateUnbuffered(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
}
