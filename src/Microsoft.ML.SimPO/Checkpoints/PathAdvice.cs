namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What to do about a path that leads nowhere, where it looks like something that no path is.</summary>
internal static class PathAdvice
{
    /// <summary>Of files, not of names on the hub, which have dots too: <c>Llama-3.1</c>.</summary>
    private static readonly string[] FileEndings = [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".arrow", ".gz", ".zst", ".yaml", ".yml", ".zip"];

    /// <param name="path">As it was given, or in full.</param>
    /// <param name="kind">What the hub calls such a thing: <c>model</c> or <c>dataset</c>.</param>
    /// <returns>A sentence with a space before it; empty for a path like any other.</returns>
    public static string For(string path, string kind)
    {
        string[] parts = Path.GetRelativePath(Environment.CurrentDirectory, path).Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        if (parts.Any(p => p is "https:" or "http:" or "hf:")) return " Nothing is downloaded: get it first, and give a path on this machine.";
        if (parts.Contains("~")) return " `~` is a shell's word for your home folder: write that out.";
        bool isName = parts is [var owner, var last] && owner.Length > 0 && owner[0] != '.' && !Directory.Exists(Path.GetFullPath(owner))
            && !FileEndings.Contains(Path.GetExtension(last), StringComparer.OrdinalIgnoreCase);
        if (!isName) return "";
        string type = kind == "model" ? "" : $" --repo-type {kind}";
        return $" If it is the name of a {kind} on the Hugging Face hub: nothing is downloaded. Get it first, for example with "
            + $"`hf download {string.Join('/', parts)}{type} --local-dir {kind}`, and give that folder.";
    }
}
