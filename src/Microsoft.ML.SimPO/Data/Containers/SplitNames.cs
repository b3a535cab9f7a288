namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The split that a file belongs to by its name: <c>data/train_prefs-00000-of-00002.parquet</c> is of `train_prefs`,
/// <c>default/test/0000.parquet</c> of `test`.
/// </summary>
internal static class SplitNames
{
    private static readonly string[] Known = ["train", "test", "valid", "validation", "val", "dev", "eval", "evaluation", "heldout"];

    /// <summary>The split's name in lower case, or null where the file's name and those of its folders name none.</summary>
    public static string? Of(string relativeName)
    {
        string[] parts = relativeName.Split('/');
        string stem = parts[^1][..parts[^1].IndexOfAny(['.'], 1)];
        stem = WithoutShard(stem);
        if (Is(stem)) return stem.ToLowerInvariant();
        for (int i = parts.Length - 2; i >= 0; i--)
        {
            if (Is(parts[i])) return parts[i].ToLowerInvariant();
        }
        return null;
    }

    private static bool Is(string name)
    {
        int end = name.IndexOfAny(['_', '-']);
        string first = end < 0 ? name : name[..end];
        return Array.Exists(Known, known => known.Equals(first, StringComparison.OrdinalIgnoreCase)) || first.Equals("training", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Takes off <c>-00000-of-00002</c>, with or without a fingerprint, <c>-00001</c> or <c>_3</c>.</summary>
    private static string WithoutShard(string stem)
    {
        string[] pieces = stem.Split('-');
        // Older files of the hub carry a fingerprint behind the shard's number.
        if (pieces.Length >= 5 && pieces[^1].Length == 16 && pieces[^1].All(char.IsAsciiHexDigitLower)) pieces = pieces[..^1];
        if (pieces.Length >= 4 && pieces[^2] == "of" && IsNumber(pieces[^1]) && IsNumber(pieces[^3])) return string.Join('-', pieces[..^3]);
        int end = stem.Length;
        while (end > 0 && char.IsAsciiDigit(stem[end - 1])) end--;
        return end < stem.Length && end > 1 && stem[end - 1] is '-' or '_' ? stem[..(end - 1)] : stem;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
