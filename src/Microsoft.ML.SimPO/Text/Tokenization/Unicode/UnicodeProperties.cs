namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>The properties that a pattern can name.</summary>
internal static class UnicodeProperties
{
    private static readonly Dictionary<string, string> LongNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["letter"] = "L", ["lowercaseletter"] = "Ll", ["uppercaseletter"] = "Lu", ["titlecaseletter"] = "Lt", ["modifierletter"] = "Lm", ["otherletter"] = "Lo",
        ["mark"] = "M", ["nonspacingmark"] = "Mn", ["spacingmark"] = "Mc", ["enclosingmark"] = "Me",
        ["number"] = "N", ["decimalnumber"] = "Nd", ["letternumber"] = "Nl", ["othernumber"] = "No",
        ["punctuation"] = "P", ["connectorpunctuation"] = "Pc", ["dashpunctuation"] = "Pd", ["openpunctuation"] = "Ps", ["closepunctuation"] = "Pe",
        ["initialpunctuation"] = "Pi", ["finalpunctuation"] = "Pf", ["otherpunctuation"] = "Po",
        ["symbol"] = "S", ["mathsymbol"] = "Sm", ["currencysymbol"] = "Sc", ["modifiersymbol"] = "Sk", ["othersymbol"] = "So",
        ["separator"] = "Z", ["spaceseparator"] = "Zs", ["lineseparator"] = "Zl", ["paragraphseparator"] = "Zp",
        ["other"] = "C", ["control"] = "Cc", ["format"] = "Cf", ["surrogate"] = "Cs", ["privateuse"] = "Co", ["unassigned"] = "Cn",
    };

    /// <summary>What <c>\s \d \w \h</c> match. A <c>\w</c> of its own takes six characters more than one in brackets.</summary>
    public static IReadOnlyList<(int First, int Last)> Escape(char letter, bool inClass) => letter switch
    {
        's' => UnicodeData.Ranges("RegexSpace"),
        'd' => UnicodeData.Category("Nd")!,
        'h' => [('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => UnicodeData.Ranges(inClass ? "RegexClassWord" : "RegexWord"),
    };

    /// <summary>By the name in <c>\p{...}</c>; null if unknown.</summary>
    public static IReadOnlyList<(int First, int Last)>? Find(string name, bool inClass)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
            .ToLowerInvariant();
        switch (plain)
        {
            case "word": return Escape('w', inClass);
            case "punct": return UnicodeData.Category("P");
            case "whitespace": return UnicodeData.Ranges("RegexSpace");
            case "ascii": return [(0, 127)];
            case "any": return [(0, CodePointRanges.MaxCodePoint)];
        }
        if (LongNames.TryGetValue(plain, out string? category)) return UnicodeData.Category(category);
        if (plain.Length is 1 or 2) return UnicodeData.Category(char.ToUpperInvariant(plain[0]) + plain[1..]);
        return UnicodeData.Posix(plain) ?? UnicodeData.Script(plain);
    }
}
