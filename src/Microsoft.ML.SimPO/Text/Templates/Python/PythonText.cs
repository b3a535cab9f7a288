using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's view of text: white space, identifiers, and strings counted and cut by code point. Independent of culture and ICU.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => c switch
    {
        <= ' ' => c is ' ' or (>= '\t' and <= '\r') or (>= '\x1c' and <= '\x1f'),
        '\u0085' or '\u00a0' or '\u1680' or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000' => true,
        _ => c is >= '\u2000' and <= '\u200a',
    };

    public static int SkipSpace(string text, int start)
    {
        while (start < text.Length && IsSpace(text[start])) start++;
        return start;
    }

    public static string StripStart(string text) => text[SkipSpace(text, 0)..];

    public static string StripEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1])) end--;
        return text[..end];
    }

    public static string Strip(string text) => StripStart(StripEnd(text));

    /// <summary>Strips the code points that occur in <paramref name="set"/>.</summary>
    public static string Strip(string text, string set, bool start, bool end)
    {
        HashSet<int> codes = [.. CodePoints(set)];
        int first = 0, last = text.Length;
        while (start && first < last && codes.Contains(CodeAt(text, first))) first += WidthAt(text, first);
        while (end && last > first && codes.Contains(CodeBefore(text, last))) last -= WidthBefore(text, last);
        return text[first..last];
    }

    /// <summary>Letters, digits, the underscore and what continues an identifier.</summary>
    public static bool IsWordPart(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_'
        : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.ConnectorPunctuation;

    public static bool IsIdentifier(string name)
    {
        bool isFirst = true;
        foreach (Rune rune in name.EnumerateRunes())
        {
            bool isStart = rune.Value == '_' || Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;
            bool isPart = IsWordPart(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNumber;
            if (isFirst ? !isStart : !isPart) return false;
            isFirst = false;
        }
        return !isFirst;
    }

    /// <summary>Code points; half a surrogate pair counts as one.</summary>
    public static int Length(string text)
    {
        int pairs = 0;
        for (int i = 0; i < text.Length; i++)
            if (WidthAt(text, i) == 2)
            {
                pairs++;
                i++;
            }
        return text.Length - pairs;
    }

    public static bool IsIndexedByChar(string text) => !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff');

    /// <summary>The UTF-16 index of the code point number <paramref name="index"/>, which is at most the length.</summary>
    public static int Offset(string text, int index)
    {
        if (IsIndexedByChar(text)) return index;
        int offset = 0;
        for (int i = 0; i < index; i++) offset += WidthAt(text, offset);
        return offset;
    }

    /// <summary>The number of code points before the UTF-16 index <paramref name="offset"/>.</summary>
    public static int Index(string text, int offset) => IsIndexedByChar(text) ? offset : Length(text[..offset]);

    public static IEnumerable<string> Characters(string text)
    {
        for (int i = 0, width; i < text.Length; i += width)
        {
            width = WidthAt(text, i);
            yield return text.Substring(i, width);
        }
    }

    public static IEnumerable<int> CodePoints(string text)
    {
        for (int i = 0; i < text.Length; i += WidthAt(text, i)) yield return CodeAt(text, i);
    }

    /// <summary>Orders by code point, which for characters beyond the basic plane is not the order of UTF-16.</summary>
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        if (char.IsLowSurrogate(left[common]) && char.IsLowSurrogate(right[common]) && common > 0) common--;
        return CodeAt(left, common).CompareTo(CodeAt(right, common));
    }

    /// <summary>Lines as <c>str.splitlines</c> sees them.</summary>
    public static IEnumerable<string> Lines(string text, bool keepEnds = false)
    {
        for (int start = 0, next; start < text.Length; start = next)
        {
            int end = text.AsSpan(start).IndexOfAny(LineEnds) is int at and >= 0 ? start + at : text.Length;
            next = Math.Min(text.Length, end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1));
            yield return text[start..(keepEnds ? next : end)];
        }
    }

    private static readonly System.Buffers.SearchValues<char> LineEnds = System.Buffers.SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029");

    private static int WidthAt(string text, int i) => i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;

    private static int WidthBefore(string text, int end) => end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;

    private static int CodeAt(string text, int i) => WidthAt(text, i) == 2 ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i];

    private static int CodeBefore(string text, int end) => CodeAt(text, end - WidthBefore(text, end));
}
