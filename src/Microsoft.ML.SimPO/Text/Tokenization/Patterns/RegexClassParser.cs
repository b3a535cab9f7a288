using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>Reads what stands for one code point in a pattern: a character, an escape, a property, a bracketed class.</summary>
internal sealed class RegexClassParser(string pattern)
{
    private const int MaxDepth = 32;

    private int _depth;

    public static CodePointSet Any { get; } = new([(0, CodePointRanges.MaxCodePoint)]);

    public static CodePointSet AnyButNewline { get; } = new CodePointSet([('\n', '\n')]).Complement();

    /// <summary>
    /// One character or escape outside brackets. Only a character heeds <paramref name="ignoreCase"/>: <c>(?i)\p{Ll}</c> matches no capital, as in Oniguruma.
    /// </summary>
    public CodePointSet Single(ref int at, bool ignoreCase)
    {
        List<(int First, int Last)> item = Item(ref at, out bool isSet);
        return new CodePointSet(ignoreCase && !isSet ? UnicodeData.IgnoreCase(item) : item);
    }

    /// <summary>A bracketed class, with ranges, nested classes, <c>&amp;&amp;</c> and POSIX names.</summary>
    public CodePointSet Class(ref int at, bool ignoreCase) => new(Brackets(ref at, ignoreCase));

    /// <param name="at">Where the class starts; afterwards where it ends.</param>
    /// <param name="ignoreCase">Whether the whole, before it is negated, takes the other case of its letters too; what is nested does not by itself.</param>
    private List<(int First, int Last)> Brackets(ref int at, bool ignoreCase)
    {
        int open = at++;
        if (++_depth > MaxDepth) throw RegexErrors.Unsupported(pattern, open, $"classes nested deeper than {MaxDepth}");
        bool negated = at < pattern.Length && pattern[at] == '^';
        if (negated) at++;
        List<(int First, int Last)>? left = null;
        var ranges = new List<(int First, int Last)>();
        for (bool first = true; ; first = false)
        {
            if (at >= pattern.Length) throw RegexErrors.Malformed(pattern, open, "a class without its ']'");
            if (pattern[at] == ']' && !first) break;
            if (string.CompareOrdinal(pattern, at, "&&", 0, 2) == 0)
            {
                at += 2;
                left = Both(left, CodePointRanges.Normalize(ranges));
                ranges = [];
            }
            else ranges.AddRange(Element(ref at));
        }
        at++;
        _depth--;
        List<(int First, int Last)> all = Both(left, CodePointRanges.Normalize(ranges));
        if (ignoreCase) all = UnicodeData.IgnoreCase(all);
        return negated ? CodePointRanges.Complement(all) : all;
    }

    private static List<(int First, int Last)> Both(List<(int First, int Last)>? left, List<(int First, int Last)> right) =>
        left is null ? right : CodePointRanges.Intersect(left, right);

    private IReadOnlyList<(int First, int Last)> Element(ref int at)
    {
        if (pattern[at] == '[') return pattern.AsSpan(at).StartsWith("[:") ? Posix(ref at) : Brackets(ref at, ignoreCase: false);
        int start = at;
        List<(int First, int Last)> item = Item(ref at, out bool isSet);
        bool range = at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']';
        if (!range || isSet) return item;
        at++;
        if (pattern[at] == '[') throw RegexErrors.Unsupported(pattern, start, "a range that ends with a class");
        int last = Item(ref at, out bool lastIsSet)[0].First;
        if (lastIsSet) throw RegexErrors.Unsupported(pattern, start, "a range that ends with a class");
        if (last < item[0].First) throw RegexErrors.Malformed(pattern, start, "a range whose end comes before its start");
        return [(item[0].First, last)];
    }

    private IReadOnlyList<(int First, int Last)> Posix(ref int at)
    {
        int end = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (end < 0) throw RegexErrors.Malformed(pattern, at, "a POSIX class without its ':]'");
        string name = pattern[(at + 2)..end];
        bool negated = name.StartsWith('^');
        IReadOnlyList<(int First, int Last)> ranges = UnicodeData.Posix(negated ? name[1..] : name)
            ?? throw RegexErrors.Unsupported(pattern, at, $"the POSIX class '{name}'");
        at = end + 2;
        return negated ? CodePointRanges.Complement([.. ranges]) : ranges;
    }

    /// <param name="at">Where the item starts; afterwards where it ends.</param>
    /// <param name="isSet">Whether it is a set such as <c>\s</c> rather than one character.</param>
    private List<(int First, int Last)> Item(ref int at, out bool isSet)
    {
        isSet = false;
        if (pattern[at] != '\\') return One(ref at);
        int start = at++;
        if (at >= pattern.Length) throw RegexErrors.Malformed(pattern, start, "a backslash at its end");
        char c = pattern[at++];
        isSet = c is 's' or 'S' or 'd' or 'D' or 'w' or 'W' or 'h' or 'H' or 'p' or 'P';
        switch (c)
        {
            case 's' or 'd' or 'w' or 'h': return [.. UnicodeProperties.Escape(c, inClass: _depth > 0)];
            case 'S' or 'D' or 'W' or 'H': return CodePointRanges.Complement([.. UnicodeProperties.Escape(char.ToLowerInvariant(c), inClass: _depth > 0)]);
            case 'p' or 'P': return Property(ref at, start, negated: c == 'P');
            case 'x' or 'u': return [Hexadecimal(ref at, start, c)];
            case 't': return [('\t', '\t')];
            case 'n': return [('\n', '\n')];
            case 'r': return [('\r', '\r')];
            case 'f': return [('\f', '\f')];
            case 'v': return [('\v', '\v')];
            case 'a': return [('\a', '\a')];
            case 'e': return [(0x1B, 0x1B)];
            default:
                if (char.IsAsciiLetterOrDigit(c)) throw RegexErrors.Unsupported(pattern, start, $"the escape '\\{c}'");
                at--;
                return One(ref at);
        }
    }

    private List<(int First, int Last)> One(ref int at)
    {
        Rune.DecodeFromUtf16(pattern.AsSpan(at), out Rune rune, out int length);
        at += length;
        return [(rune.Value, rune.Value)];
    }

    private List<(int First, int Last)> Property(ref int at, int start, bool negated)
    {
        int end = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : -1;
        if (end < 0) throw RegexErrors.Malformed(pattern, start, "a property without its '{...}'");
        string name = pattern[(at + 1)..end];
        at = end + 1;
        if (name.StartsWith('^')) (negated, name) = (!negated, name[1..]);
        IReadOnlyList<(int First, int Last)> ranges = UnicodeProperties.Find(name, inClass: _depth > 0)
            ?? throw RegexErrors.Unsupported(pattern, start, $"the property '{name}'");
        return negated ? CodePointRanges.Complement([.. ranges]) : [.. ranges];
    }

    private (int First, int Last) Hexadecimal(ref int at, int start, char kind)
    {
        ReadOnlySpan<char> digits;
        if (kind == 'x' && at < pattern.Length && pattern[at] == '{')
        {
            int end = pattern.IndexOf('}', at);
            if (end < 0) throw RegexErrors.Malformed(pattern, start, "a code point without its '}'");
            digits = pattern.AsSpan(at + 1, end - at - 1);
            at = end + 1;
        }
        else
        {
            digits = pattern.AsSpan(at, Math.Min(kind == 'x' ? 2 : 4, pattern.Length - at));
            at += digits.Length;
        }
        bool valid = int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && value is >= 0 and <= CodePointRanges.MaxCodePoint;
        return valid ? (value, value) : throw RegexErrors.Malformed(pattern, start, "a code point that is not hexadecimal");
    }
}
