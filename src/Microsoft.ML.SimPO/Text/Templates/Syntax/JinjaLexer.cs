using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>Cuts a template into tokens as Jinja2 does with <c>trim_blocks</c> and <c>lstrip_blocks</c>.</summary>
internal sealed class JinjaLexer
{
    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private readonly Stack<char> _open = new();
    private readonly JinjaNumberScanner _numbers;
    private int _position;
    private int _line = 1;
    private int _counted;
    private bool _lineStarting = true;

    private JinjaLexer(string source)
    {
        _source = source;
        _numbers = new JinjaNumberScanner(source);
    }

    public static IReadOnlyList<JinjaToken> Tokenize(string template)
    {
        string source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n')) source = source[..^1];
        var lexer = new JinjaLexer(source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            int tag = FindTag();
            if (tag < 0)
            {
                AddData(_source[_position..]);
                break;
            }
            if (_source[tag + 1] == '%' && MatchRaw(tag, "raw", trimsLine: false) is { } raw) Raw(tag, raw);
            else if (_source[tag + 1] == '#') Comment(tag);
            else Code(tag);
        }
        Add(JinjaTokenKind.End, "");
    }

    private int FindTag()
    {
        for (int i = _position; (i = _source.IndexOf('{', i)) >= 0 && i + 1 < _source.Length; i++)
            if (_source[i + 1] is '%' or '#' or '{') return i;
        return -1;
    }

    /// <summary>The text before the tag at <paramref name="tag"/>, stripped as the tag's sign and kind say; moves behind tag and sign.</summary>
    private void TextBefore(int tag, bool isVariable)
    {
        string text = _source[_position..tag];
        char sign = tag + 2 < _source.Length ? _source[tag + 2] : '\0';
        if (sign == '-') text = PythonText.StripEnd(text);
        else if (sign != '+' && !isVariable) text = StripIndentation(text);
        AddData(text);
        _position = tag + (sign is '-' or '+' ? 3 : 2);
        _lineStarting = false;
    }

    private string StripIndentation(string text)
    {
        int lineStart = text.LastIndexOf('\n') + 1;
        if (lineStart == 0 && !_lineStarting) return text;
        return PythonText.SkipSpace(text, lineStart) == text.Length ? text[..lineStart] : text;
    }

    /// <summary>The ends of <c>{%- raw %}</c> (or endraw) and of what it swallows, if one starts at <paramref name="tag"/>.</summary>
    private int? MatchRaw(int tag, string word, bool trimsLine)
    {
        int i = tag + 2;
        if (i < _source.Length && _source[i] is '-' or '+') i++;
        i = PythonText.SkipSpace(_source, i);
        if (string.CompareOrdinal(_source, i, word, 0, word.Length) != 0) return null;
        return MatchEnd(PythonText.SkipSpace(_source, i + word.Length), '%', allowsPlus: trimsLine, trimsLine);
    }

    /// <summary>
    /// Where the end <c>%}</c>, <c>}}</c> or <c>#}</c> (with its sign) at <paramref name="at"/> and the space it swallows stop; null where there is none.
    /// </summary>
    private int? MatchEnd(int at, char mark, bool allowsPlus, bool trimsLine)
    {
        char sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';
        if (sign == '+' && !allowsPlus) return null;
        int i = sign == '\0' ? at : at + 1;
        if (i + 1 >= _source.Length || _source[i] != mark || _source[i + 1] != '}') return null;
        i += 2;
        if (sign == '-') return PythonText.SkipSpace(_source, i);
        return trimsLine && sign == '\0' && i < _source.Length && _source[i] == '\n' ? i + 1 : i;
    }

    private void EndAt(int end)
    {
        _position = end;
        _lineStarting = _source[end - 1] == '\n';
    }

    private void Raw(int tag, int begin)
    {
        TextBefore(tag, isVariable: false);
        EndAt(begin);
        for (int i = _position; (i = _source.IndexOf("{%", i, StringComparison.Ordinal)) >= 0; i++)
        {
            if (MatchRaw(i, "endraw", trimsLine: true) is not { } end) continue;
            TextBefore(i, isVariable: false);
            EndAt(end);
            return;
        }
        Unclosed("Missing end of raw directive");
    }

    private void Comment(int tag)
    {
        TextBefore(tag, isVariable: false);
        int close = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (close < 0) Unclosed("Missing end of comment tag");
        else EndAt(MatchEnd(close > _position && _source[close - 1] is '-' or '+' ? close - 1 : close, '#', allowsPlus: true, trimsLine: true)!.Value);
    }

    /// <summary>Jinja2 takes an opening at the very end of the template for a closed one.</summary>
    private void Unclosed(string message)
    {
        if (_position < _source.Length) throw JinjaException.Syntax(message, Line);
    }

    private void Code(int tag)
    {
        bool isVariable = _source[tag + 1] == '{';
        TextBefore(tag, isVariable);
        Add(isVariable ? JinjaTokenKind.VariableBegin : JinjaTokenKind.BlockBegin, "");
        while (_position < _source.Length)
        {
            if (_open.Count == 0 && MatchEnd(_position, isVariable ? '}' : '%', allowsPlus: !isVariable, trimsLine: !isVariable) is { } end)
            {
                Add(isVariable ? JinjaTokenKind.VariableEnd : JinjaTokenKind.BlockEnd, "");
                EndAt(end);
                return;
            }
            CodeToken();
        }
    }

    private void CodeToken()
    {
        char c = _source[_position];
        int end;
        if (PythonText.IsSpace(c)) end = PythonText.SkipSpace(_source, _position);
        else if (_numbers.TryScan(_position, out end, out object? number))
            Add(number is double ? JinjaTokenKind.Float : JinjaTokenKind.Integer, _source[_position..end], number);
        else if (NameEnd(_position) is { } nameEnd)
        {
            end = nameEnd;
            AddName(_source[_position..end]);
        }
        else if (c is '\'' or '"' && StringEnd(_position) is { } stringEnd)
        {
            end = stringEnd;
            Add(JinjaTokenKind.String, JinjaStringLiteral.Unescape(_source.AsSpan(_position + 1, end - _position - 2), Line));
        }
        else end = Operator();
        _position = end;
    }

    private int? NameEnd(int start)
    {
        int i = start;
        while (i < _source.Length && Rune.TryGetRuneAt(_source, i, out Rune rune) && PythonText.IsWordPart(rune)) i += rune.Utf16SequenceLength;
        return i > start ? i : null;
    }

    private void AddName(string name)
    {
        if (!PythonText.IsIdentifier(name)) throw JinjaException.Syntax("Invalid character in identifier", Line);
        Add(JinjaTokenKind.Name, name);
    }

    private int? StringEnd(int start)
    {
        for (int i = start + 1; i < _source.Length; i++)
        {
            if (_source[i] == _source[start]) return i + 1;
            if (_source[i] == '\\') i++;
        }
        return null;
    }

    private int Operator()
    {
        string two = _position + 1 < _source.Length ? _source.Substring(_position, 2) : "";
        char c = _source[_position];
        if (two is "//" or "**" or "==" or "!=" or ">=" or "<=")
        {
            Add(JinjaTokenKind.Operator, two);
            return _position + 2;
        }
        if (!"+-/*%~[](){}><=.:|,;".Contains(c, StringComparison.Ordinal))
            throw JinjaException.Syntax(
                $"unexpected char {PythonRepr.Of(c.ToString())} at {_position.ToString(System.Globalization.CultureInfo.InvariantCulture)}", Line);
        if (c is '(' or '[' or '{') _open.Push(c == '(' ? ')' : c == '[' ? ']' : '}');
        else if (c is ')' or ']' or '}')
        {
            if (!_open.TryPop(out char expected)) throw JinjaException.Syntax($"unexpected '{c}'", Line);
            if (expected != c) throw JinjaException.Syntax($"unexpected '{c}', expected '{expected}'", Line);
        }
        Add(JinjaTokenKind.Operator, c.ToString());
        return _position + 1;
    }

    private void AddData(string text)
    {
        if (text.Length > 0) Add(JinjaTokenKind.Data, text);
    }

    private void Add(JinjaTokenKind kind, string text, object? number = null) => _tokens.Add(new JinjaToken(kind, text, Line, number));

    private int Line
    {
        get
        {
            _line += _source.AsSpan(_counted, _position - _counted).Count('\n');
            _counted = _position;
            return _line;
        }
    }
}
