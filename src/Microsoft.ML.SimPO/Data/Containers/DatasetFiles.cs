using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The files that a path stands for: itself, or the wanted split of a folder, as the Hugging Face hub lays folders out, <c>datasets</c> saves them, or Spark
/// writes them (<c>split=train/part-00000.parquet</c>).
/// </summary>
internal static class DatasetFiles
{
    /// <summary>The files in their order; <paramref name="info"/> is told what was left out.</summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no data, or not that split.</exception>
    public static IReadOnlyList<InputFile> Find(string path, string? split, Action<string>? info)
    {
        if (File.Exists(path)) return [new InputFile(path, Path.GetFileName(path))];
        if (!Directory.Exists(path)) throw new FileNotFoundException(
            $"Could not find preference data at '{path}': there is no such file or folder.{PathAdvice.For(path, "dataset")}", path);
        string folder = NameOf(path);
        List<(InputFile File, string? Split)> files = Enumerate(path).ToList();
        if (files.Count == 0)
            throw new InvalidDataException($"{folder}: expected files that end in {string.Join(", ", DataNames.Extensions)}, .gz, .zst, but found none.");
        List<string> splits = files.Select(f => f.Split).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        HashSet<string?> taken = Choose(splits, files.Exists(f => f.Split is null), split, folder);
        string[] left = files.Where(f => !taken.Contains(f.Split)).Select(f => f.Split ?? f.File.Name).Distinct(StringComparer.Ordinal).ToArray();
        InputFile[] chosen = WithoutCopies(files.Where(f => taken.Contains(f.Split)).Select(f => f.File).ToArray(), folder, info);
        CheckOneContainer(chosen, folder);
        TellFolders(chosen, folder, info);
        if (left.Length > 0)
        {
            string name = string.Join(", ", taken.Select(t => t ?? "the files without a split's name"));
            info?.Invoke($"{folder}: reads {name} ({chosen.Length} {(chosen.Length == 1 ? "file" : "files")}); leaves out {string.Join(", ", left)}. " +
                $"To read another split, set `{nameof(PreferenceLoadOptions.Split)}`.");
        }
        return chosen;
    }

    /// <summary>What data are called in messages: the name of the file or folder.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    /// <summary>Whether a folder has a split of that name, or of one that starts with it.</summary>
    public static bool HasSplit(string folder, string split) => Enumerate(folder).Any(file => file.Item2?.StartsWith(split, StringComparison.Ordinal) == true);

    private static IEnumerable<(InputFile, string?)> Enumerate(string root)
    {
        var options =
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        foreach (string path in Directory.EnumerateFiles(root, "*", options).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (DataNames.IsData(name)) yield return (new InputFile(path, name), SplitNames.Of(name));
        }
    }

    private static HashSet<string?> Choose(List<string> splits, bool anyWithout, string? wanted, string folder)
    {
        if (wanted is not null)
        {
            if (splits.Contains(wanted)) return [wanted];
            string[] starting = splits.Where(s => s.StartsWith(wanted, StringComparison.Ordinal)).ToArray();
            if (starting.Length > 0) return [.. starting];
            throw new InvalidDataException(
                $"{folder}: expected a split `{wanted}`, but found {(splits.Count == 0 ? "no splits" : string.Join(", ", splits))}.");
        }
        if (splits.Contains("train")) return ["train"];
        string[] preferences = splits.Where(s => s.StartsWith("train_pref", StringComparison.Ordinal)).ToArray();
        if (preferences.Length > 0) return [.. preferences];
        string[] train = splits.Where(s => s.StartsWith("train", StringComparison.Ordinal)).ToArray();
        if (train.Length > 0) return [.. train];
        if (anyWithout) return [null];
        throw new InvalidDataException($"{folder}: expected a split whose name starts with `train`, but found {string.Join(", ", splits)}. " +
            $"Set `{nameof(PreferenceLoadOptions.Split)}` to read one of them.");
    }

    // The same file plain and compressed would count each row twice; what `datasets` keeps of a transformation holds rows of the files beside it.
    private static InputFile[] WithoutCopies(InputFile[] files, string folder, Action<string>? info)
    {
        HashSet<string> plain = [.. files.Select(file => file.Name)];
        bool onlyCaches = files.All(file => DataNames.IsCache(file.Name));
        InputFile[] copies = files.Where(file => (DataNames.Plain(file.Name) is var name && name != file.Name && plain.Contains(name))
            || (!onlyCaches && DataNames.IsCache(file.Name))).ToArray();
        if (copies.Length == 0) return files;
        info?.Invoke($"{folder}: leaves out {string.Join(", ", copies.Select(file => file.Name))}, copies of what stands beside them.");
        return files.Except(copies).ToArray();
    }

    // Configurations of a data set (languages, subsets) lie in folders of their own, and are not always meant together.
    private static void TellFolders(InputFile[] files, string folder, Action<string>? info)
    {
        string[] folders = files.Select(file => Path.GetDirectoryName(file.Name) ?? "").Distinct(StringComparer.Ordinal).ToArray();
        if (folders.Length > 1)
            info?.Invoke($"{folder}: reads the files of {folders.Length} folders together: "
                + $"{string.Join(", ", folders.Select(name => name.Length == 0 ? "." : name))}. To read one of them, name it.");
    }

    private static void CheckOneContainer(InputFile[] files, string folder)
    {
        string[] kinds = files.Select(f => DataNames.Container(f.Name)).Distinct(StringComparer.Ordinal).ToArray();
        if (kinds.Length > 1)
            throw new InvalidDataException($"{folder}: expected files of one container, but found {string.Join(", ", kinds)}. " +
                "Name the file to read, or a folder of one kind.");
    }
}
