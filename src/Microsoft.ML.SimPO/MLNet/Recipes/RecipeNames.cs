using System.Text;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Finds what a recipe has by the name that it has on a hub: where the caller says, as a path, or in the caches of Hugging Face's libraries. Nothing is
/// downloaded.
/// </summary>
/// <param name="map">From names to paths.</param>
/// <param name="environment">The value of an environment variable; null for none.</param>
internal sealed class RecipeNames(IReadOnlyDictionary<string, string> map, Func<string, string?> environment)
{
    public string Model(string name, string revision, List<string> faults) => Find("model", "models", name, revision, [HubCache], faults);

    public string Dataset(string name, List<string> faults) => Find("data set", "datasets", name, "main", [HubCache, DatasetsCache], faults);

    private string Home => Set("HF_HOME") ?? Path.Combine(
        Set("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");

    public string HubCache => Set("HF_HUB_CACHE") ?? Set("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(Home, "hub");

    private string DatasetsCache => Set("HF_DATASETS_CACHE") ?? Path.Combine(Home, "datasets");

    private string Find(string what, string kind, string name, string revision, string[] caches, List<string> faults)
    {
        if (map.TryGetValue(name, out string? mapped))
        {
            if (!Path.Exists(mapped)) faults.Add($"The {what} '{name}' is mapped to '{mapped}', which does not exist.");
            return mapped;
        }
        if (Path.Exists(name)) return name;
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add($"The {what} {Faults.Quote(name)} is nowhere: no file has such a name.");
            return name;
        }
        List<string> looked = [$"'{Path.GetFullPath(name)}'"];
        foreach (string cache in caches)
        {
            foreach (string place in Places(cache, kind, name, revision))
            {
                if (Directory.Exists(place)) return place;
                looked.Add($"'{place}'");
            }
        }
        faults.Add($"The {what} '{name}' is nowhere: looked at {string.Join(", ", looked)}. Map its name to a folder, or download it: "
            + $"`simpo pull {name}{(kind == "datasets" ? " --dataset" : "")}`.");
        return name;
    }

    /// <summary>As <c>huggingface_hub</c> lays it out: a snapshot by the commit that the revision names, or by the revision itself.</summary>
    private static IEnumerable<string> Places(string cache, string kind, string name, string revision)
    {
        if (!IsHubName(name)) yield break;
        string folder = Path.Combine(cache, $"{kind}--{name.Replace("/", "--", StringComparison.Ordinal)}");
        string reference = Path.Combine(folder, "refs", revision);
        string commit = IsPart(revision) && File.Exists(reference) ? Encoding.UTF8.GetString(RegularFile.ReadBytes(reference, 1024)).Trim() : revision;
        if (IsPart(commit)) yield return Path.Combine(folder, "snapshots", commit);
        if (kind == "datasets") yield return Path.Combine(cache, name.Replace("/", "___", StringComparison.Ordinal).ToLowerInvariant()); // of `datasets`
    }

    /// <summary>A name, or a name in a namespace: nothing that leads out of the cache.</summary>
    public static bool IsHubName(string name) => name.Split('/') is { Length: 1 or 2 } parts && parts.All(IsPart);

    private static bool IsPart(string part) => part.Length is > 0 and <= 96 && part is not ("." or "..")
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private string? Set(string variable) => environment(variable) is { Length: > 0 } value ? value : null;
}
