using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>str.format</c> within the sandbox: <c>{}</c>, <c>{0}</c>, <c>{name.attribute[key]!r:spec}</c>.</summary>
internal sealed class PythonStringFormat(object?[] positional, object? named, JinjaBudget budget)
{
    private int _next;
    private bool _isManual;

    public string Format(string format) => budget.Text(Format(format, 2));

    private string Format(string format, int depth)
    {
        if (depth < 0) throw JinjaException.Value("Max string recursion exceeded");
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            if (c is not ('{' or '}')) text.Append(c);
            else if (i + 1 < format.Length && format[i + 1] == c) text.Append(format[i++]);
            else if (c == '}') throw JinjaException.Value("Single '}' encountered in format string");
            else
            {
                int end = FieldEnd(format, i + 1);
                string field = Field(format[(i + 1)..end], depth);
                if (text.Length > budget.Options.MaxTextLength) budget.SpendText(text.Length);
                text.Append(field);
                i = end;
            }
        }
        return text.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        int open = 1;
        for (int i = start; i < format.Length; i++)
        {
            if (format[i] == '{') open++;
            else if (format[i] == '}' && --open == 0) return i;
        }
        throw JinjaException.Value(start == format.Length ? "Single '{' encountered in format string" : "expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        int end = 0;
        for (bool inIndex = false; end < field.Length && (inIndex || field[end] is not ('!' or ':')); end++)
            inIndex = field[end] == '[' || (inIndex && field[end] != ']');
        string spec = "";
        char conversion = '\0';
        int at = end;
        if (at < field.Length && field[at] == '!')
        {
            if (at + 1 >= field.Length) throw JinjaException.Value("end of string while looking for conversion specifier");
            conversion = field[at + 1];
            at += 2;
            if (at < field.Length && field[at] != ':') throw JinjaException.Value("expected ':' after conversion specifier");
        }
        object? value = Converted(Value(field[..end]), conversion);
        if (at < field.Length) spec = Format(field[(at + 1)..], depth - 1);
        return PythonFormatSpec.Format(value, spec, budget);
    }

    private object? Converted(object? value, char conversion) => conversion switch
    {
        '\0' => value,
        's' => JinjaValue.ToText(value, budget),
        'r' or 'a' => PythonRepr.Of(value, budget),
        _ => throw JinjaException.Value($"Unknown conversion specifier {conversion}"),
    };

    private object? Value(string path)
    {
        int end = path.AsSpan().IndexOfAny('.', '[') is >= 0 and int at ? at : path.Length;
        object? value = First(path[..end]);
        for (int i = end; i < path.Length;)
        {
            bool isItem = path[i] == '[';
            int close = isItem ? path.IndexOf(']', i) : path.AsSpan(i + 1).IndexOfAny('.', '[') is >= 0 and int dot ? i + 1 + dot : path.Length;
            if (close < 0) throw JinjaException.Value("Missing ']' in format string");
            string name = path[(i + 1)..close];
            if (name.Length == 0) throw JinjaException.Value("Empty attribute in format string");
            value = isItem ? JinjaAttributes.GetItem(value, Key(name), budget) : JinjaAttributes.Get(value, name);
            i = isItem ? close + 1 : close;
            if (isItem && i < path.Length && path[i] is not ('.' or '['))
                throw JinjaException.Value("Only '.' or '[' may follow ']' in format field specifier");
        }
        return value;
    }

    private static object Key(string name) => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? index : name;

    private object? First(string name)
    {
        if (name.Length == 0)
        {
            if (_isManual) throw JinjaException.Value("cannot switch from manual field specification to automatic field numbering");
            return At(_next++);
        }
        if (!name.All(char.IsAsciiDigit)) return Named(name);
        if (_next > 0) throw JinjaException.Value("cannot switch from manual field specification to automatic field numbering");
        _isManual = true;
        return At(long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            ? index : throw JinjaException.Value("Too many decimal digits in format string"));
    }

    private object? At(long index) =>
        index < positional.Length ? positional[index] : throw new JinjaException("IndexError", "Replacement index out of range for positional args tuple");

    private object? Named(string name)
    {
        if (named is not JinjaDictionary dictionary) throw JinjaException.Type($"'{JinjaValue.TypeName(named)}' object is not a mapping");
        return dictionary.TryGet(name, out object? value) ? value : throw new JinjaException("KeyError", PythonRepr.Of(name));
    }
}
