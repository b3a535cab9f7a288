using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO;

/// <summary>Where the zip file lies that ML.NET writes a model to or reads one from; its contexts do not say.</summary>
internal static class ArchivePath
{
    /// <returns>The full path; null where the zip is no file.</returns>
    public static string? Of(ModelSaveContext context) => Of(context.Repository?._archive);

    /// <returns>The full path; null where the zip is no file.</returns>
    public static string? Of(ModelLoadContext context) => Of(context.Repository?._archive);

    private static string? Of(ZipArchive? archive)
    {
        if (archive is null) return null;
        try
        {
            return StreamOf(archive) is FileStream { Name: var name } && Path.IsPathFullyQualified(name) ? name : null;
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
