using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>What the names of files say: the container, the compression around it, and what is no data at all.</summary>
internal static partial class DataNames
{
    /// <summary>Containers that are read.</summary>
    public static readonly string[] Extensions = [".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".arrows", ".feather"];

    // Of these gzip and zst are read; a file in another is named when it is opened, and not passed over.
    private static readonly string[] Compressions = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".br", ".sz", ".zip", ".7z"];

    // What stands beside the data: descriptions of it.
    private static readonly string[] Descriptions =
        ["dataset_dict.json", "dataset_info.json", "dataset_infos.json", "state.json", "metadata.json", "package.json", "tokenizer.json", "config.json"];

    /// <summary>Whether a file of a folder is data, by its path below the folder. Names that begin with `_` or `.` are what jobs leave behind.</summary>
    public static bool IsData(string relativeName)
    {
        string[] parts = relativeName.Split('/');
        if (parts.Any(part => part.StartsWith('.') || part.StartsWith('_'))) return false;
        string name = parts[^1];
        return !Descriptions.Contains(name, StringComparer.Ordinal)
            && (Extensions.Contains(Extension(name), StringComparer.Ordinal) || (IsCompressed(name) && Path.GetExtension(name).Equals(".gz", StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Whether its name is one of those that `datasets` gives to what it keeps of a transformation, beside the data.</summary>
    public static bool IsCache(string name) => CacheName().IsMatch(name[(name.LastIndexOf('/') + 1)..]);

    /// <summary>The name without its compression.</summary>
    public static string Plain(string name) => IsCompressed(name) ? name[..name.LastIndexOf('.')] : name;

    /// <summary>The container's extension in lower case, without the compression around it.</summary>
    public static string Extension(string name) => Path.GetExtension(Plain(name)).ToLowerInvariant();

    /// <summary>The name without the extensions of container and compression.</summary>
    public static string Stem(string name)
    {
        string plain = Plain(name), extension = Extension(plain);
        return Extensions.Contains(extension, StringComparer.Ordinal) ? plain[..^extension.Length] : plain;
    }

    /// <summary>The container as one name for all extensions that it goes by.</summary>
    public static string Container(string name) => Extension(name) switch
    {
        ".ndjson" => ".jsonl",
        ".arrows" or ".feather" => ".arrow",
        string extension => extension,
    };

    [GeneratedRegex("^(cache-[0-9a-f]{8,}(_[0-9]+_of_[0-9]+)?|tmp[a-z0-9_]{6,})\\.arrow$", RegexOptions.CultureInvariant)]
    private static partial Regex CacheName();

    private static bool IsCompressed(string name) => Compressions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
