namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The split that a file belongs to by its name: <c>data/train_prefs-00000-of-00002.parquet</c> is of `train_prefs`, <c>default/test/0000.parquet</c> and
/// <c>orders.test.jsonl</c> of `test`. The word may stand anywhere in the name, between hyphens, dots, underscores, blanks or digits, as the Hugging Face hub
/// documents it; a capital letter begins a word too, and `testset` is one. Where a name has the words of several splits, the last one counts.
/// </summary>
internal static class SplitNames
{
    private static readonly string[] Training = ["train", "training", "trainset"];

    private static readonly string[] Held =
    [
        "test", "testing", "valid", "validation", "val", "dev", "eval", "evaluation", "heldout", "holdout",
        "testset", "validset", "valset", "devset", "evalset",
    ];

    // `held_out` and `hold-out`, whose halves say nothing.
    private static readonly string[] Halves = ["held", "hold"];

    // Folders of `key=value`, as Spark and Hive write them: what these keys say is a split; every other key parts a split.
    private static readonly string[] Keys = ["split", "set", "subset", "partition"];

    // Parts of a split for one purpose, as `train_prefs` and `train_sft` of the hub.
    private static readonly string[] Purposes = ["pref", "sft", "gen", "dpo", "rm", "rl", "ppo"];

    /// <summary>The split's name in lower case, or null where the file's name and those of its folders name none.</summary>
    public static string? Of(string relativeName)
    {
        string[] parts = relativeName.Split('/');
        if (InText(WithoutShard(DataNames.Stem(parts[^1]))) is { } own) return own;
        for (int i = parts.Length - 2; i >= 0; i--)
        {
            if (InFolder(parts[i]) is { } split) return split;
        }
        return null;
    }

    private static string? InFolder(string name)
    {
        int at = name.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) return InText(name);
        string key = name[..at].ToLowerInvariant(), value = Uri.UnescapeDataString(name[(at + 1)..]);
        // `is_test=true` is a split, and `is_test=false` the other one.
        if (key.StartsWith("is", StringComparison.Ordinal) && InText(key) is { } asked && Truth(value) is { } isSo)
            return isSo == asked.StartsWith(Training[0], StringComparison.Ordinal) ? Training[0] : isSo ? asked : Held[0];
        if (!Keys.Contains(key, StringComparer.Ordinal) && !key.Contains(Keys[0], StringComparison.Ordinal)) return null;
        if (InText(value) is { } split) return split;
        return key.Contains(Keys[0], StringComparison.Ordinal) && !value.StartsWith("__", StringComparison.Ordinal) ? value.ToLowerInvariant() : null;
    }

    private static string? InText(string stem)
    {
        List<(string Word, int Start)> words = [.. Words(stem).Where(word => Is(word.Word, Training) || Is(word.Word, Held))];
        if (words.Count == 0) return null;
        bool isLed = words[0].Start == 0 && !char.IsAsciiDigit(stem.ElementAtOrDefault(words[0].Word.Length)) && !stem.Contains(' ', StringComparison.Ordinal);
        bool alike = words.TrueForAll(word => Is(word.Word, Training) == Is(words[0].Word, Training));
        // A name that starts with its split is the split's name, however it goes on.
        if (isLed && alike) return stem[..(stem.IndexOf('.', 1) is > 0 and var dot ? dot : stem.Length)].ToLowerInvariant();
        (string last, int start) = words[^1];
        string after = stem[(start + last.Length)..].ToLowerInvariant();
        string name = Is(last, Training) ? "train" : last.ToLowerInvariant();
        return after.StartsWith('_') && Array.Exists(Purposes, purpose => after.AsSpan(1).StartsWith(purpose, StringComparison.Ordinal)) ? name + after : name;
    }

    private static bool? Truth(string value) => value.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        _ => null,
    };

    private static bool Is(string word, string[] known) => known.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>The stretches between hyphens, dots, underscores, blanks and digits, and from a capital letter that follows a small one.</summary>
    private static IEnumerable<(string Word, int Start)> Words(string stem)
    {
        int start = 0;
        string? half = null;
        for (int i = 0; i <= stem.Length; i++)
        {
            bool parts = i < stem.Length && (stem[i] is '-' or '.' or '_' or ' ' || char.IsAsciiDigit(stem[i]));
            bool begins = i < stem.Length && i > 0 && char.IsAsciiLetterUpper(stem[i]) && char.IsAsciiLetterLower(stem[i - 1]);
            if (i < stem.Length && !parts && !begins) continue;
            if (i > start)
            {
                string word = stem[start..i];
                bool isHeldOut = half is not null && word.Equals("out", StringComparison.OrdinalIgnoreCase);
                yield return isHeldOut ? (half + word, i - half!.Length - word.Length) : (word, start);
                half = Is(word, Halves) ? word : null;
            }
            start = begins ? i : i + 1;
        }
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
