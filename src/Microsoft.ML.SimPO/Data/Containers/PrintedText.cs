using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Values as programs print them into a cell of CSV: lists and dicts by Python's <c>repr</c> (pandas), NumPy's arrays of them, DuckDB's structs
/// (<c>{'role': user, 'content': 'Hi, you'}</c>). What has more than one reading is none.
/// </summary>
internal ref struct PrintedText(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(",:'\"{}[]\n\r()");

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _left = JsonRowParser.MaxValues;

    /// <summary>The list or record that the whole text is; null where it is none.</summary>
    public static FieldValue TryParse(string text)
    {
        var reader = new PrintedText(text);
        try
        {
            FieldValue value = reader.Value(0);
            reader.Blanks();
            return reader._at == text.Length && value.Kind is FieldKind.List or FieldKind.Record ? value : default;
        }
        catch (FormatException)
        {
            return default;
        }
    }

    private FieldValue Value(int depth)
    {
        if (depth > JsonRowParser.MaxDepth || --_left < 0) throw new FormatException("It is too deep or too large.");
        Blanks();
        switch (Next)
        {
            case '[': return FieldValue.Of(Items(']', depth));
            case '(': return FieldValue.Of(Items(')', depth)); // a tuple
            case '{': return FieldValue.Of(Fields(depth));
            case '\'' or '"': return FieldValue.Of(Quoted());
            case 'a' when Rest.StartsWith("array("):
                _at += "array(".Length;
                FieldValue array = Value(depth + 1);
                Blanks();
                if (Rest.StartsWith(", dtype=object")) _at += ", dtype=object".Length;
                Expect(')');
                return array;
            default: return Bare();
        }
    }

    // NumPy puts white space where Python has commas.
    private FieldValue[] Items(char end, int depth)
    {
        var items = new List<FieldValue>();
        for (_at++; ; )
        {
            Blanks();
            if (Next == ',' && items.Count > 0) _at++;
            Blanks();
            if (Next == end) break;
            items.Add(Value(depth + 1));
        }
        _at++;
        return items.ToArray();
    }

    private FieldRecord Fields(int depth)
    {
        var names = new List<string>();
        var values = new List<FieldValue>();
        for (_at++; ; _at++)
        {
            Blanks();
            if (Next == '}' && names.Count == 0) break;
            if (Next is not ('\'' or '"')) throw new FormatException("A name must be quoted.");
            names.Add(Quoted());
            Blanks();
            Expect(':');
            values.Add(Value(depth + 1));
            Blanks();
            if (Next == '}') break;
            if (Next != ',') throw new FormatException("A comma must follow a value.");
        }
        _at++;
        return new FieldRecord(names.ToArray(), values.ToArray());
    }

    private string Quoted()
    {
        char quote = Next;
        var text = new StringBuilder();
        for (_at++; Next != quote; )
        {
            int plain = Rest.IndexOfAny(quote, '\\');
            if (plain < 0) throw new FormatException("A text does not end.");
            text.Append(Rest[..plain]);
            _at += plain;
            if (Next == '\\') Escape(text);
        }
        _at++;
        return text.ToString();
    }

    private void Escape(StringBuilder text)
    {
        _at++;
        char next = Next;
        _at++;
        switch (next)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'a': text.Append('\a'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0': text.Append('\0'); break;
            case 'x': text.Append((char)Hexadecimal(2)); break;
            case 'u': text.Append((char)Hexadecimal(4)); break;
            case 'U': text.Append(Rune.TryCreate(Hexadecimal(8), out Rune rune) ? rune : Rune.ReplacementChar); break;
            case '\\' or '\'' or '"': text.Append(next); break;
            default: text.Append('\\').Append(next); break;
        }
    }

    private int Hexadecimal(int digits)
    {
        if (Rest.Length < digits || !int.TryParse(Rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
            throw new FormatException("An escape must have its digits.");
        _at += digits;
        return value;
    }

    // A number, a word of Python's or of a database's, or text that DuckDB leaves without quotes.
    private FieldValue Bare()
    {
        int length = Rest.IndexOfAny(Ends);
        string word = (length < 0 ? Rest : Rest[..length]).ToString();
        _at += word.Length;
        word = word.Trim();
        if (word.Length == 0) throw new FormatException("A value is missing.");
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) return FieldValue.Of(number);
        return word switch
        {
            "None" or "NULL" or "null" => default,
            "True" or "true" => FieldValue.Of(true),
            "False" or "false" => FieldValue.Of(false),
            _ => FieldValue.Of(word),
        };
    }

    private readonly ReadOnlySpan<char> Rest => _text[_at..];

    private readonly char Next => _at < _text.Length ? _text[_at] : throw new FormatException("It ends too soon.");

    private void Expect(char wanted)
    {
        if (Next != wanted) throw new FormatException("Something else follows.");
        _at++;
    }

    private void Blanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }
}
