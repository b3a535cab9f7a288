using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's full case mappings: <c>ß</c> becomes <c>SS</c>, a sigma at the end of a word its own form.</summary>
/// <remarks>One-to-one mappings are the runtime's; the tables hold those of Unicode's SpecialCasing and the title forms that differ from upper case.</remarks>
internal static class PythonCase
{
    /// <summary>A character followed by its upper case, where that is longer than one.</summary>
    private static readonly Dictionary<int, string> LongUpper = Table(
    [
        "ßSS", "ŉʼN", "ǰJ̌", "ΐΪ́", "ΰΫ́", "ևԵՒ", "ẖH̱", "ẗT̈", "ẘW̊", "ẙY̊", "ẚAʾ", "ὐΥ̓", "ὒΥ̓̀", "ὔΥ̓́",
        "ὖΥ̓͂", "ᾀἈΙ", "ᾁἉΙ", "ᾂἊΙ", "ᾃἋΙ",
        "ᾄἌΙ", "ᾅἍΙ", "ᾆἎΙ", "ᾇἏΙ", "ᾈἈΙ", "ᾉἉΙ", "ᾊἊΙ", "ᾋἋΙ", "ᾌἌΙ", "ᾍἍΙ", "ᾎἎΙ", "ᾏἏΙ",
        "ᾐἨΙ", "ᾑἩΙ", "ᾒἪΙ", "ᾓἫΙ", "ᾔἬΙ", "ᾕἭΙ", "ᾖἮΙ", "ᾗἯΙ",
        "ᾘἨΙ", "ᾙἩΙ", "ᾚἪΙ", "ᾛἫΙ", "ᾜἬΙ", "ᾝἭΙ", "ᾞἮΙ", "ᾟἯΙ", "ᾠὨΙ", "ᾡὩΙ", "ᾢὪΙ", "ᾣὫΙ",
        "ᾤὬΙ", "ᾥὭΙ", "ᾦὮΙ", "ᾧὯΙ", "ᾨὨΙ", "ᾩὩΙ", "ᾪὪΙ", "ᾫὫΙ",
        "ᾬὬΙ", "ᾭὭΙ", "ᾮὮΙ", "ᾯὯΙ", "ᾲᾺΙ", "ᾳΑΙ", "ᾴΆΙ", "ᾶΑ͂", "ᾷΑ͂Ι", "ᾼΑΙ", "ῂῊΙ", "ῃΗΙ",
        "ῄΉΙ", "ῆΗ͂", "ῇΗ͂Ι", "ῌΗΙ", "ῒΪ̀", "ΐΪ́", "ῖΙ͂",
        "ῗΪ͂", "ῢΫ̀", "ΰΫ́", "ῤΡ̓", "ῦΥ͂", "ῧΫ͂", "ῲῺΙ", "ῳΩΙ", "ῴΏΙ", "ῶΩ͂", "ῷΩ͂Ι", "ῼΩΙ",
        "ﬀFF", "ﬁFI", "ﬂFL", "ﬃFFI", "ﬄFFL", "ﬅST", "ﬆST",
        "ﬓՄՆ", "ﬔՄԵ", "ﬕՄԻ", "ﬖՎՆ", "ﬗՄԽ",
    ]);

    /// <summary>A character followed by its title case, where that is not its upper case.</summary>
    private static readonly Dictionary<int, string> TitleForms = Table(
    [
        "ßSs", "Ǆǅ", "ǅǅ", "ǆǅ", "Ǉǈ", "ǈǈ", "ǉǈ", "Ǌǋ", "ǋǋ", "ǌǋ", "Ǳǲ", "ǲǲ", "ǳǲ", "ևԵւ", "ᾀᾈ", "ᾁᾉ", "ᾂᾊ",
        "ᾃᾋ", "ᾄᾌ", "ᾅᾍ", "ᾆᾎ", "ᾇᾏ", "ᾈᾈ",
        "ᾉᾉ", "ᾊᾊ", "ᾋᾋ", "ᾌᾌ", "ᾍᾍ", "ᾎᾎ", "ᾏᾏ", "ᾐᾘ", "ᾑᾙ", "ᾒᾚ", "ᾓᾛ", "ᾔᾜ", "ᾕᾝ", "ᾖᾞ",
        "ᾗᾟ", "ᾘᾘ", "ᾙᾙ", "ᾚᾚ", "ᾛᾛ", "ᾜᾜ", "ᾝᾝ", "ᾞᾞ", "ᾟᾟ",
        "ᾠᾨ", "ᾡᾩ", "ᾢᾪ", "ᾣᾫ", "ᾤᾬ", "ᾥᾭ", "ᾦᾮ", "ᾧᾯ", "ᾨᾨ", "ᾩᾩ", "ᾪᾪ", "ᾫᾫ", "ᾬᾬ", "ᾭᾭ",
        "ᾮᾮ", "ᾯᾯ", "ᾲᾺͅ", "ᾳᾼ", "ᾴΆͅ", "ᾷᾼ͂", "ᾼᾼ", "ῂῊͅ", "ῃῌ",
        "ῄΉͅ", "ῇῌ͂", "ῌῌ", "ῲῺͅ", "ῳῼ", "ῴΏͅ", "ῷῼ͂", "ῼῼ", "ﬀFf", "ﬁFi", "ﬂFl", "ﬃFfi", "ﬄFfl", "ﬅSt",
        "ﬆSt", "ﬓՄն", "ﬔՄե", "ﬕՄի", "ﬖՎն", "ﬗՄխ",
    ]);

    public static string Upper(string text) => Map(text, static (_, _, code) => UpperOf(code));

    public static string Lower(string text) => Map(text, static (whole, at, code) => LowerOf(whole, at, code));

    public static string SwapCase(string text) =>
        Map(text, static (whole, at, code) => IsLower(code) ? UpperOf(code) : IsUpper(code) ? LowerOf(whole, at, code) : null);

    /// <summary>The first character in title case, the others in lower case.</summary>
    public static string Capitalize(string text) => Map(text, static (whole, at, code) => at == 0 ? TitleOf(code) : LowerOf(whole, at, code));

    /// <summary>Every letter after something that has no case in title case, the others in lower case.</summary>
    public static string Title(string text) =>
        Map(text, static (whole, at, code) => IsCased(CodeBefore(whole, at)) ? LowerOf(whole, at, code) : TitleOf(code));

    public static bool IsUpper(int code) => Is(code, UnicodeCategory.UppercaseLetter) || code is >= 0x2160 and <= 0x216F or >= 0x24B6 and <= 0x24CF;

    public static bool IsLower(int code) => Is(code, UnicodeCategory.LowercaseLetter)
        || code is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or (>= 0x2E0 and <= 0x2E4) or 0x345 or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9);

    public static bool IsCased(int code) => IsUpper(code) || IsLower(code) || Is(code, UnicodeCategory.TitlecaseLetter);

    private static bool Is(int code, UnicodeCategory category) => CharUnicodeInfo.GetUnicodeCategory(code) == category;

    private static string UpperOf(int code) => LongUpper.TryGetValue(code, out string? mapped) ? mapped : Simple(code, upper: true);

    private static string TitleOf(int code) =>
        TitleForms.TryGetValue(code, out string? mapped) ? mapped : code is >= 0x10D0 and <= 0x10FF ? Of(code) : UpperOf(code);

    private static string LowerOf(string text, int at, int code) => code switch
    {
        0x130 => "i\u0307",
        0x3A3 => IsFinal(text, at) ? "\u03C2" : "\u03C3",
        _ => Simple(code, upper: false),
    };

    /// <summary>The runtime's invariant casing leaves the dotless i alone, Unicode does not.</summary>
    private static string Simple(int code, bool upper)
    {
        if (code == 0x131 && upper) return "I";
        if (!Rune.TryCreate(code, out Rune rune)) return ((char)code).ToString();
        return (upper ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune)).ToString();
    }

    /// <summary>Whether the sigma at <paramref name="at"/> ends a word: a cased letter before it, none after it, marks not counted.</summary>
    private static bool IsFinal(string text, int at)
    {
        int before = at - 1, after = at + 1;
        while (before >= 0 && IsIgnorable(text[before])) before--;
        while (after < text.Length && IsIgnorable(text[after])) after++;
        return before >= 0 && IsCased(CodeBefore(text, before + 1)) && !(after < text.Length && IsCased(CodeAt(text, after)));
    }

    private static bool IsIgnorable(char c) => c is '\'' or '.' or ':' or '\u00B7' or '\u2019'
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierSymbol;

    private static string Map(string text, Func<string, int, int, string?> map)
    {
        var mapped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int code = CodeAt(text, i);
            mapped.Append(map(text, i, code) ?? Of(code));
            i += code > 0xFFFF ? 2 : 1;
        }
        return mapped.ToString();
    }

    private static string Of(int code) => code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString();

    private static int CodeAt(string text, int i) =>
        i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];

    private static int CodeBefore(string text, int i) => i == 0 ? 0 : i > 1 && char.IsLowSurrogate(text[i - 1]) ? CodeAt(text, i - 2) : text[i - 1];

    private static Dictionary<int, string> Table(string[] rows) => rows.ToDictionary(row => (int)row[0], row => row[1..]);
}
