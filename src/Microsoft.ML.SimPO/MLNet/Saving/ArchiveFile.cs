using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO;

/// <summary>The file that ML.NET writes a model's zip to or reads it from; its contexts do not say.</summary>
internal static class ArchiveFile
{
    /// <returns>Null where the zip is no file.</returns>
    public static FileStream? Of(ModelSaveContext context) => Of(context.Repository?._archive);

    /// <returns>Null where the zip is no file.</returns>
    public static FileStream? Of(ModelLoadContext context) => Of(context.Repository?._archive);

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
