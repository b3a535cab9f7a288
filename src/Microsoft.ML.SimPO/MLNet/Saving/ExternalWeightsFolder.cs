using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Weights that are too large for a zip: a checkpoint folder beside it, in Hugging Face layout, which the zip names by its path relative to
/// itself and by the SHA-256 of its files.
/// </summary>
internal static class ExternalWeightsFolder
{
    /// <summary>More bytes of float32 weights are not written into a zip.</summary>
    public const long MostBytesInside = 1_500_000_000;

    private const string StreamName = "ExternalWeights";

    private const int MaxFiles = 10_000;

    /// <summary>Saves the weights. The folder is swapped in last, or with the zip where that is written beside its place too.</summary>
    /// <param name="folder">A path relative to the zip, or a full one.</param>
    /// <exception cref="InvalidOperationException">The zip is no file, so that nothing lies beside it.</exception>
    public static void Save(ModelSaveContext context, LanguageModel model, Decoder decoder, string folder)
    {
        FileStream? file = ArchiveFile.Of(context);
        var pending = file as PendingModelFile;
        string? zip = pending?.Target ?? file?.Name;
        string target = TargetOf(folder, zip), name = zip is null ? target : Path.GetRelativePath(Path.GetDirectoryName(zip)!, target).Replace('\\', '/');
        if (pending is not null)
        {
            WriteList(context, name, pending.WeightsOf(model, decoder, target).Path);
            return;
        }
        using FolderReplacement weights = new CheckpointWriter(model.Files).Prepare(target, ParameterSources.Base(decoder));
        WriteList(context, name, weights.Path);
        weights.Complete();
        weights.Publish();
        weights.RemoveOld();
    }

    /// <returns>The folder, with every file as it was saved; null where the weights lie in the zip.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder is gone.</exception>
    /// <exception cref="InvalidDataException">Files of it are missing or altered, all of which are named; or it does not lie beside the zip.</exception>
    public static string? Find(ModelLoadContext context)
    {
        string? folder = null;
        context.TryLoadBinaryStream(StreamName, reader => folder = Check(ArchiveFile.Of(context)?.Name, reader));
        return folder;
    }

    private static string TargetOf(string folder, string? zip)
    {
        if (zip is null)
        {
            return Path.IsPathFullyQualified(folder) ? Path.GetFullPath(folder) : throw new InvalidOperationException(
                $"`ExternalWeights` is the relative path '{folder}', but the model is not saved to a file that it could be relative to. Save to a file, or "
                    + "give a full path.");
        }
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder, Path.GetDirectoryName(zip)!));
        if (target == zip || zip.StartsWith(target + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidOperationException(
                $"`ExternalWeights` is '{folder}', which is the file or the folder that the model itself is saved to. Name a folder beside it.");
        return IsBeside(target, zip) ? target : throw new InvalidOperationException(
            $"`ExternalWeights` is '{folder}', which is not in the folder that the model is saved to: no model is loaded with weights from elsewhere. Name a "
                + "folder beside it.");
    }

    /// <summary>Whether a folder lies in that of the zip, at any depth: the two move together, and no zip names what is somewhere else.</summary>
    private static bool IsBeside(string folder, string zip) =>
        folder != zip && Path.GetRelativePath(Path.GetDirectoryName(zip)!, folder) is var name
        && !Path.IsPathRooted(name) && name.Split('/', '\\')[0] is not (".." or ".");

    private static void WriteList(ModelSaveContext context, string name, string folder)
    {
        List<(string Name, string Path)> files = [.. FilesOf(folder).Select(f => (f, Path.Combine(folder, f)))];
        context.SaveBinaryStream(StreamName, writer =>
        {
            writer.Write(name);
            writer.Write(files.Count);
            foreach ((string file, string path) in files)
            {
                writer.Write(file);
                writer.Write(new FileInfo(path).Length);
                writer.Write(HashOf(path));
            }
        });
    }

    private static string Check(string? zip, BinaryReader reader)
    {
        string name = BoundedBytes.ReadText(reader);
        if (zip is null)
            throw new InvalidOperationException(
                $"The model's weights lie in the folder '{name}' beside its zip file, but it is not loaded from a file. Load it by its path.");
        string folder = name.Contains('\0', StringComparison.Ordinal) ? zip : Path.GetFullPath(name, Path.GetDirectoryName(zip)!);
        if (!IsBeside(folder, zip))
            throw new InvalidDataException(
                $"The model '{zip}' says that its weights lie in {Faults.Quote(name)}, outside of its own folder. They are not read.");
        PublishingJournal.TryRecover(zip);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The weights of the model '{zip}' lie in the folder '{name}' beside it, but '{folder}' does not exist. Move "
                + "the folder along with the zip file.");
        var faults = new Faults($"The weights of the model '{zip}' in '{folder}'");
        int count = reader.ReadInt32();
        if (count is < 1 or > MaxFiles)
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"The saved SimPO model is damaged: it claims that its weights are {count} files."));
        for (int i = 0; i < count; i++)
            CheckFile(folder, new ModelFile(BoundedBytes.ReadText(reader), []).Name, reader.ReadInt64(), reader.ReadBytes(SHA256.HashSizeInBytes), faults);
        faults.ThrowIfAny();
        return folder;
    }

    private static void CheckFile(string folder, string name, long length, byte[] hash, Faults faults)
    {
        string path = Path.Combine([folder, .. name.Split('/')]);
        if (!File.Exists(path)) faults.Add($"{Faults.Quote(name)} is missing.");
        else if (RegularFile.Length(path) is var found && found != length)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{Faults.Quote(name)} has {found} bytes; it was saved with {length}."));
        else if (!HashOf(path).AsSpan().SequenceEqual(hash)) faults.Add($"{Faults.Quote(name)} was altered since it was saved: its SHA-256 is another.");
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Where(n => ModelFile.IsOfModel(n)).Order(StringComparer.Ordinal);

    private static byte[] HashOf(string path)
    {
        using Stream stream = RegularFile.OpenRead(path);
        return SHA256.HashData(stream);
    }
}
