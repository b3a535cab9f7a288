namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>
/// Properties of code points as Hugging Face tokenizers sees them, the same on every host. Its parts disagree with each other in
/// places, so that a set names whose it is: Regex is Oniguruma, Rust is Rust's standard library and regular expressions.
/// </summary>
internal static class UnicodeData
{
    private static readonly Lazy<Dictionary<int, int[]>> SameLetters = new(() => UnicodeTables.CodePoints("case"));

    /// <summary>The White_Space property.</summary>
    public static CodePointSet WhiteSpace { get; } = Set("RustSpace");

    /// <summary>What <c>\w</c> matches in a pattern.</summary>
    public static CodePointSet Word { get; } = Set("RegexWord");

    /// <summary>What a regular expression of Rust's takes for a word character; added tokens and the Whitespace pre-tokenizer ask.</summary>
    public static CodePointSet RustWord { get; } = Set("RustWord");

    /// <summary>The code points of a named set.</summary>
    public static CodePointSet Set(string name) => new(UnicodeTables.Ranges("set", name)!);

    /// <summary>The ranges of a named set.</summary>
    public static IReadOnlyList<(int First, int Last)> Ranges(string name) => UnicodeTables.Ranges("set", name)!;

    /// <summary>The code points of a general category ("Lu") or of a group of them ("L"); null if there is no such category.</summary>
    public static IReadOnlyList<(int First, int Last)>? Category(string name)
    {
        if (name.Length != 1) return name == "Cs" ? [(0xD800, 0xDFFF)] : UnicodeTables.Ranges("category", name);
        var group = UnicodeTables.Ranges("category").Where(category => category.Name[0] == name[0]).SelectMany(category => category.Ranges).ToList();
        return group.Count == 0 ? null : CodePointRanges.Normalize(group);
    }

    /// <summary>The code points of a POSIX class; null if unknown.</summary>
    public static IReadOnlyList<(int First, int Last)>? Posix(string name) => UnicodeTables.Ranges("posix", name);

    /// <summary>The code points of a script or of a property such as Alphabetic, by its name in lower case without spaces; null if unknown.</summary>
    public static IReadOnlyList<(int First, int Last)>? Script(string name) => UnicodeTables.Ranges("script", name);

    /// <summary>The ranges and every code point that a pattern takes for the same letter as one of theirs when it ignores case.</summary>
    public static List<(int First, int Last)> IgnoreCase(IReadOnlyList<(int First, int Last)> ranges)
    {
        var set = new CodePointSet(ranges);
        IEnumerable<int> others = SameLetters.Value.Where(letter => set.Contains(letter.Key)).SelectMany(letter => letter.Value);
        return CodePointRanges.Normalize([.. ranges, .. others.Select(other => (other, other))]);
    }
}
