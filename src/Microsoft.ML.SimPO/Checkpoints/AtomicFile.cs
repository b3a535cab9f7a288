namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a file so that at every moment either the old one or the new one is there, whole.</summary>
internal static class AtomicFile
{
    /// <summary>Writes beside the target, has it written to the disk, and gives it the target's name.</summary>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="write">Writes the content. When it throws, the target stays as it was and nothing is left behind.</param>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        string beside = BesideName(path, "new");
        try
        {
            using (FileStream stream = CreateUnbuffered(beside))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
        FileSystem.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="content">All of it.</param>
    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));

    /// <summary>A hidden name in the same folder, thus on the same disk, that no other process uses.</summary>
    internal static string BesideName(string path, string purpose) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.{purpose}");

    private static FileStream CreateUnbuffered(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
}
