namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a folder so that at every moment either the old one or the new one is there, whole.</summary>
internal static class AtomicFolder
{
    /// <summary>
    /// Fills a new folder beside the target, has it written to the disk, swaps the two, and deletes the old one last. What the old one
    /// holds beside the files to be replaced, such as notes or other folders, is moved over.
    /// </summary>
    /// <inheritdoc cref="Prepare"/>
    public static void Replace(string target, string kind, Func<string, bool> replaces, Action<string> fill)
    {
        using FolderReplacement replacement = Prepare(target, kind, replaces, fill);
        replacement.Complete();
        replacement.Publish();
        replacement.RemoveOld();
    }

    /// <summary>Fills a new folder beside the target. The target is as it was until the caller publishes the new one.</summary>
    /// <param name="target">The folder; those above it are made if they do not exist.</param>
    /// <param name="kind">What is written, as "model", for messages.</param>
    /// <param name="replaces">Whether a file of that name belongs to what is written, so that the old one goes.</param>
    /// <param name="fill">Writes into the folder it is given. When it throws, the target stays as it was and nothing is left behind.</param>
    /// <param name="journal">The full path of the journal of what is published together with the folder; null for none.</param>
    /// <exception cref="IOException">
    /// The target is a file, or a folder that is not empty and holds nothing to replace: then it is probably not the one that was meant.
    /// </exception>
    public static FolderReplacement Prepare(
        string target, string kind, Func<string, bool> replaces, Action<string> fill, string? journal = null)
    {
        using IDisposable size = FileSizeSignal.MakeError();
        target = Resolve(target);
        FolderReplacement.Recover(target, replaces);
        CheckTarget(target, kind, replaces);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        StagingFolder staging = StagingFolder.Create(target, journal);
        try
        {
            Fill(fill, staging.Path);
            return new FolderReplacement(staging, target, replaces);
        }
        catch
        {
            staging.Dispose();
            throw;
        }
    }

    private static void Fill(Action<string> fill, string folder)
    {
        try
        {
            fill(folder);
        }
        catch (Exception e) when (FileSizeSignal.IsCause(e))
        {
            throw FileSizeSignal.ErrorOf(e);
        }
    }

    private static void CheckTarget(string target, string kind, Func<string, bool> replaces)
    {
        if (File.Exists(target)) throw new IOException($"'{target}' is a file; a folder is to be written there. Give another name.");
        if (!Directory.Exists(target)) return;
        List<string> names = [.. Directory.EnumerateFileSystemEntries(target).Select(e => Path.GetFileName(e)).Where(n => !WritingMark.IsMark(n))];
        if (names.Count > 0 && !names.Any(replaces))
            throw new IOException($"The folder '{target}' is not empty and holds no {kind}, but for example '{names.Order(StringComparer.Ordinal).First()}'. "
                + $"Give a new or empty folder, or that of another {kind}.");
    }

    /// <summary>
    /// Ends what writers of a model's or an adapter's folder left that were killed, before it is read. Where that is not possible, for want of rights or room,
    /// the folder is read as it is: it is whole.
    /// </summary>
    public static void Recover(string target)
    {
        try
        {
            FolderReplacement.Recover(Resolve(target), name => ModelFile.IsOfModel(name) || ModelFile.IsOfAdapter(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Whoever writes there next is told.
        }
    }

    /// <summary>The full path, without a separator at its end, of the folder itself where the target is a link to one.</summary>
    private static string Resolve(string target)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        var folder = new DirectoryInfo(path);
        return folder.LinkTarget is null ? path : folder.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
