using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// Reads the part of Oniguruma's Ruby syntax that tokenizers use: classes, properties, groups without captures, alternation,
/// quantifiers of all three kinds, anchors, looks, <c>(?i)</c>. Everything else is refused by name and place.
/// </summary>
internal sealed class RegexParser
{
    private const int MaxDepth = 64, MaxRepeat = 1000, MaxLength = 5_000;

    private readonly string _pattern;
    private readonly RegexClassParser _classes;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;

    private RegexParser(string pattern)
    {
        _pattern = pattern;
        _classes = new RegexClassParser(pattern);
    }

    /// <exception cref="NotSupportedException">The pattern uses a construct that is not supported.</exception>
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength) throw RegexErrors.Unsupported(pattern[..40] + "...", MaxLength, $"more than {MaxLength} characters");
        var parser = new RegexParser(pattern);
        RegexNode node = parser.Alternatives();
        if (parser._at < pattern.Length) throw RegexErrors.Malformed(pattern, parser._at, "a ')' that closes nothing");
        return node;
    }

    private RegexNode Alternatives()
    {
        if (++_depth > MaxDepth) throw RegexErrors.Unsupported(_pattern, _at, $"groups nested deeper than {MaxDepth}");
        (bool ignoreCase, bool dot) = (_ignoreCase, _dotMatchesNewline);
        var branches = new List<RegexNode> { Branch() };
        while (Peek('|'))
        {
            _at++;
            branches.Add(Branch());
        }
        (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dot);
        _depth--;
        return branches.Count == 1 ? branches[0] : new RegexNode.Alternation(branches);
    }

    private RegexNode Branch()
    {
        var parts = new List<RegexNode>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            RegexNode? atom = Atom();
            if (atom is not null) parts.Add(Quantified(atom));
        }
        return parts.Count == 1 ? parts[0] : new RegexNode.Sequence(parts);
    }

    private RegexNode? Atom()
    {
        char c = _pattern[_at];
        switch (c)
        {
            case '(': return Group();
            case '[': return new RegexNode.One(_classes.Class(ref _at, _ignoreCase));
            case '^': _at++; return new RegexNode.Anchor(RegexAnchor.LineStart);
            case '$': _at++; return new RegexNode.Anchor(RegexAnchor.LineEnd);
            case '.': _at++; return new RegexNode.One(_dotMatchesNewline ? RegexClassParser.Any : RegexClassParser.AnyButNewline);
            case '\\' when Anchor() is RegexAnchor anchor: _at += 2; return new RegexNode.Anchor(anchor);
            case '*' or '+' or '?': throw RegexErrors.Malformed(_pattern, _at, $"a '{c}' that repeats nothing");
            default: return new RegexNode.One(_classes.Single(ref _at, _ignoreCase));
        }
    }

    private RegexAnchor? Anchor() => _at + 1 >= _pattern.Length ? null : _pattern[_at + 1] switch
    {
        'A' => RegexAnchor.TextStart,
        'z' => RegexAnchor.TextEnd,
        'Z' => RegexAnchor.TextEndOrFinalNewline,
        'b' => RegexAnchor.WordBoundary,
        'B' => RegexAnchor.NotWordBoundary,
        _ => null,
    };

    private RegexNode? Group()
    {
        int open = _at++;
        if (!Peek('?')) return Body(open, static body => body);
        _at++;
        if (Take(":")) return Body(open, static body => body);
        if (Take(">")) return Body(open, static body => new RegexNode.Atomic(body));
        if (Take("=")) return Body(open, static body => new RegexNode.Look(body, Behind: false, Negative: false));
        if (Take("!")) return Body(open, static body => new RegexNode.Look(body, Behind: false, Negative: true));
        if (Take("<=")) return Body(open, static body => new RegexNode.Look(body, Behind: true, Negative: false));
        if (Take("<!")) return Body(open, static body => new RegexNode.Look(body, Behind: true, Negative: true));
        if (Take("#")) return Comment(open);
        return Flags(open);
    }

    private RegexNode? Comment(int open)
    {
        int end = _pattern.IndexOf(')', _at);
        if (end < 0) throw RegexErrors.Malformed(_pattern, open, "a comment without its ')'");
        _at = end + 1;
        return null;
    }

    /// <summary><c>(?i:...)</c>, <c>(?i)</c> (to the end of the group), with m (dot matches newline) and minus.</summary>
    private RegexNode? Flags(int open)
    {
        (bool ignoreCase, bool dot, bool on) = (_ignoreCase, _dotMatchesNewline, true);
        while (_at < _pattern.Length && _pattern[_at] is not (':' or ')'))
        {
            switch (_pattern[_at++])
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'm': dot = on; break;
                default: throw RegexErrors.Unsupported(_pattern, open, $"the group '{_pattern[open.._at]}'");
            }
        }
        if (_at >= _pattern.Length) throw RegexErrors.Malformed(_pattern, open, "a group without its ')'");
        (bool outerIgnoreCase, bool outerDot) = (_ignoreCase, _dotMatchesNewline);
        (_ignoreCase, _dotMatchesNewline) = (ignoreCase, dot);
        if (_pattern[_at++] == ')')
        {
            // The flag holds to the end of the enclosing group, alternatives included.
            return _at < _pattern.Length && _pattern[_at] != ')' ? Alternatives() : null;
        }
        RegexNode body = Body(open, static b => b);
        (_ignoreCase, _dotMatchesNewline) = (outerIgnoreCase, outerDot);
        return body;
    }

    private RegexNode Body(int open, Func<RegexNode, RegexNode> wrap)
    {
        RegexNode body = Alternatives();
        if (!Peek(')')) throw RegexErrors.Malformed(_pattern, open, "a group without its ')'");
        _at++;
        return wrap(body);
    }

    private RegexNode Quantified(RegexNode atom)
    {
        while (_at < _pattern.Length)
        {
            int start = _at;
            bool interval = false;
            (int min, int max) bounds;
            switch (_pattern[_at])
            {
                case '*': bounds = (0, int.MaxValue); _at++; break;
                case '+': bounds = (1, int.MaxValue); _at++; break;
                case '?': bounds = (0, 1); _at++; break;
                case '{' when Interval() is (int, int) given: bounds = given; interval = true; break;
                default: return atom;
            }
            // In this syntax "{1,2}+" is a repeated interval, not a possessive one.
            RegexGreed greed = Peek('?') ? RegexGreed.Lazy : Peek('+') && !interval ? RegexGreed.Possessive : RegexGreed.Greedy;
            if (greed != RegexGreed.Greedy) _at++;
            if (atom is RegexNode.Look or RegexNode.Anchor) throw RegexErrors.Unsupported(_pattern, start, "a repeated look or anchor");
            atom = new RegexNode.Repeat(atom, bounds.min, bounds.max, greed);
        }
        return atom;
    }

    /// <summary><c>{2}</c>, <c>{2,}</c>, <c>{,3}</c>, <c>{2,3}</c>; anything else in braces is literal text.</summary>
    private (int Min, int Max)? Interval()
    {
        int close = _pattern.IndexOf('}', _at);
        if (close < 0) return null;
        string[] bounds = _pattern[(_at + 1)..close].Split(',');
        if (bounds.Length > 2 || (bounds.Length == 1 && bounds[0].Length == 0) || bounds.All(b => b.Length == 0)) return null;
        if (!bounds.All(b => b.All(char.IsAsciiDigit))) return null;
        int min = Bound(bounds[0], 0), max = bounds.Length == 1 ? min : Bound(bounds[1], int.MaxValue);
        if (min > max) throw RegexErrors.Malformed(_pattern, _at, $"a repetition of at least {min} and at most {max}");
        _at = close + 1;
        return (min, max);

        int Bound(string digits, int otherwise)
        {
            if (digits.Length == 0) return otherwise;
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= MaxRepeat) return value;
            throw RegexErrors.Unsupported(_pattern, _at, $"a repetition of more than {MaxRepeat}");
        }
    }

    private bool Peek(char c) => _at < _pattern.Length && _pattern[_at] == c;

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }
}
