using System.Globalization;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Properties of code points as Hugging Face tokenizers sees them, the same on every host.</summary>
internal static class UnicodeData
{
    private static readonly string[] CategoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Lazy<Dictionary<string, List<(int First, int Last)>>> Categories = new(ReadCategories);

    private static readonly (int, int)[] WhiteSpaceRanges =
        [(9, 13), (32, 32), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)];

    /// <summary>The White_Space property.</summary>
    public static CodePointSet WhiteSpace { get; } = new(WhiteSpaceRanges);

    /// <summary>What <c>\w</c> matches: letters, marks, decimal digits and connectors.</summary>
    public static CodePointSet Word { get; } = new([.. Category("L")!, .. Category("M")!, .. Category("Nd")!, .. Category("Pc")!]);

    /// <summary>What a regular expression of Rust's takes for a word character, which added tokens ask.</summary>
    public static CodePointSet RustWord => Word;

    /// <summary>The number categories.</summary>
    public static CodePointSet Number { get; } = new(Category("N")!);

    /// <summary>The punctuation categories and ASCII's symbols.</summary>
    public static IReadOnlyList<(int First, int Last)> Punctuation { get; } =
        CodePointRanges.Normalize([.. Category("P")!, ('$', '$'), ('+', '+'), ('<', '>'), ('^', '^'), ('`', '`'), ('|', '|'), ('~', '~')]);

    /// <summary>The code points of a script, by its name in lower case; null if unknown.</summary>
    public static IReadOnlyList<(int First, int Last)>? Script(string name) => null;

    /// <summary>Pairs of letters that differ by case only, of which the first is in the range given.</summary>
    public static IEnumerable<(int One, int Other)> CasePairs(int first, int last)
    {
        for (int c = Math.Max(first, 'A'); c <= Math.Min(last, 'z'); c++)
        {
            if (!char.IsAsciiLetter((char)c)) continue;
            yield return (c, c ^ 0x20);
            if ((c | 0x20) == 's') yield return (c, 0x17F);
            if ((c | 0x20) == 'k') yield return (c, 0x212A);
        }
    }

    /// <summary>The code points of a general category ("Lu") or of a group of them ("L"); null if there is no such category.</summary>
    public static IReadOnlyList<(int First, int Last)>? Category(string name)
    {
        if (name.Length == 1)
        {
            var group = Categories.Value.Where(c => c.Key[0] == name[0]).SelectMany(c => c.Value).ToList();
            return group.Count == 0 ? null : CodePointRanges.Normalize(group);
        }
        return Categories.Value.GetValueOrDefault(name);
    }

    private static Dictionary<string, List<(int First, int Last)>> ReadCategories()
    {
        var found = CategoryNames.ToDictionary(n => n, _ => new List<(int First, int Last)>(), StringComparer.Ordinal);
        int start = 0;
        for (int cp = 1; cp <= CodePointRanges.MaxCodePoint + 1; cp++)
        {
            if (cp <= CodePointRanges.MaxCodePoint && CharUnicodeInfo.GetUnicodeCategory(cp) == CharUnicodeInfo.GetUnicodeCategory(start)) continue;
            found[CategoryNames[(int)CharUnicodeInfo.GetUnicodeCategory(start)]].Add((start, cp - 1));
            start = cp;
        }
        return found;
    }
}
