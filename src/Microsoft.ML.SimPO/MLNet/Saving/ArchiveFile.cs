using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO;

/// <summary>The file that ML.NET writes a model's zip to or reads it from; its contexts do not say.</summary>
internal static class ArchiveFile
{
    // Weights hardly compress, and text some five times; what does so more is small, such as an adapter that was never trained.
    private const long Always = 64 << 20, MostRatio = 50;

    /// <returns>Null where the zip is no file.</returns>
    public static FileStream? Of(ModelSaveContext context) => Of(context.Repository?._archive);

    /// <returns>Null where the zip is no file.</returns>
    public static FileStream? Of(ModelLoadContext context) => Of(context.Repository?._archive);

    /// <summary>The most bytes that a stream of a model can have: what its entry of the zip says, and no more than what so few bytes may become.</summary>
    /// <returns>The largest number where the model comes from no zip.</returns>
    public static long MostBytes(ModelLoadContext context, string stream)
    {
        string name = $"{context.Directory}/{stream}".Replace('\\', '/').TrimStart('/');
        ZipArchiveEntry? entry = context.Repository?._archive?.Entries.FirstOrDefault(e => e.FullName.Replace('\\', '/').TrimStart('/') == name);
        return entry is null ? long.MaxValue : Math.Min(entry.Length, Always + (MostRatio * entry.CompressedLength));
    }

    /// <summary>The most bytes that all entries can have together.</summary>
    /// <returns>The largest number where it cannot be told.</returns>
    public static long MostBytes(ZipArchive archive)
    {
        try
        {
            return StreamOf(archive) is { CanSeek: true, Length: var length } ? Always + (MostRatio * length) : long.MaxValue;
        }
        catch (MissingFieldException)
        {
            return long.MaxValue;
        }
    }

    private static FileStream? Of(ZipArchive? archive)
    {
        if (archive is null) return null;
        try
        {
            return StreamOf(archive) is FileStream file && Path.IsPathFullyQualified(file.Name) ? file : null;
        }
        catch (MissingFieldException)
        {
            // Another runtime names it differently: then the folder can only be named in full.
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archiveStream")]
    private static extern ref Stream StreamOf(ZipArchive archive);
}
