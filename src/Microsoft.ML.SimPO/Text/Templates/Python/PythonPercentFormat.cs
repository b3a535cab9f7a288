using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PythonPercentFormat
{
    private readonly object? _value;
    private readonly object?[]? _tuple;
    private readonly JinjaBudget _budget;
    private int _used;

    private PythonPercentFormat(object? value, JinjaBudget budget)
    {
        _value = value;
        _tuple = (value as JinjaTuple)?.Items;
        _budget = budget;
    }

    public static string Format(string format, object? value, JinjaBudget budget) => budget.Text(new PythonPercentFormat(value, budget).Format(format));

    private string Format(string format)
    {
        var text = new StringBuilder();
        bool isMapped = false;
        for (int i = 0; i < format.Length; i++)
        {
            bool isDouble = format[i] == '%' && i + 1 < format.Length && format[i + 1] == '%';
            if (isDouble) i++;
            if (isDouble || format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            i++;
            Specifier specifier = Read(format, ref i, ref isMapped);
            _budget.SpendText(specifier.Width);
            if (text.Length + (long)specifier.Width > _budget.Options.MaxTextLength) _budget.SpendText(text.Length + (long)specifier.Width);
            text.Append(Convert(specifier));
        }
        // What has items but is no tuple counts as a mapping, of which nothing needs to be used.
        bool allUsed = _tuple is null ? _used > 0 || isMapped
            || _value is JinjaDictionary or JinjaList or JinjaUndefined or JinjaRange or JinjaBytes : _used == _tuple.Length || isMapped;
        return allUsed ? text.ToString() : throw JinjaException.Type("not all arguments converted during string formatting");
    }

    private readonly record struct Specifier(string? Key, string Flags, int Width, int? Precision, char Type);

    private Specifier Read(string format, ref int i, ref bool isMapped)
    {
        string? key = null;
        if (i < format.Length && format[i] == '(')
        {
            int close = KeyEnd(format, i);
            key = format[(i + 1)..close];
            i = close + 1;
            isMapped = true;
        }
        int start = i;
        while (i < format.Length && "#0- +".Contains(format[i], StringComparison.Ordinal)) i++;
        string flags = format[start..i];
        int width = Number(format, ref i) ?? 0;
        if (width < 0) (flags, width) = (flags + "-", width == int.MinValue ? int.MaxValue : -width);
        int? precision = null;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = Math.Max(0, Number(format, ref i) ?? 0);
        }
        while (i < format.Length && format[i] is 'h' or 'l' or 'L') i++;
        if (i >= format.Length) throw JinjaException.Value("incomplete format");
        return new Specifier(key, flags, width, precision, format[i]);
    }

    private static int KeyEnd(string format, int start)
    {
        int open = 0;
        for (int i = start; i < format.Length; i++)
        {
            if (format[i] == '(') open++;
            else if (format[i] == ')' && --open == 0) return i;
        }
        throw JinjaException.Value("incomplete format key");
    }

    private int? Number(string format, ref int i)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            object? star = Next();
            return star is long or bool ? JinjaNumbers.RequireCount(star) : throw JinjaException.Type("* wants int");
        }
        int start = i;
        while (i < format.Length && char.IsAsciiDigit(format[i])) i++;
        if (i == start) return null;
        return int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : throw JinjaException.Value("width too big");
    }

    private object? Next()
    {
        if (_tuple is not null) return _used < _tuple.Length ? _tuple[_used++] : throw JinjaException.Type("not enough arguments for format string");
        return _used++ == 0 ? _value : throw JinjaException.Type("not enough arguments for format string");
    }

    private object? Argument(string? key)
    {
        if (key is null) return Next();
        if (_value is not JinjaDictionary dictionary) throw JinjaException.Type("format requires a mapping");
        return dictionary.TryGet(key, out object? value) ? value : throw new JinjaException("KeyError", PythonRepr.Of(key));
    }

    private string Convert(Specifier specifier)
    {
        object? value = Argument(specifier.Key);
        switch (specifier.Type)
        {
            case 's': return Text(specifier, JinjaValue.ToText(value, _budget));
            case 'r' or 'a': return Text(specifier, PythonRepr.Of(value, _budget));
            case 'c': return Text(specifier with { Precision = null }, Character(value));
            case 'd' or 'i' or 'u': return Number(specifier, Integer(value, specifier, truncates: true), digits => JinjaNumbers.Text(digits, _budget), "");
            case 'x': return Number(specifier, Integer(value, specifier, truncates: false), digits => PythonFormatSpec.Radix(digits, 16, _budget), "0x");
            case 'X': return Number(
                specifier, Integer(value, specifier, truncates: false), digits => PythonFormatSpec.Radix(digits, 16, _budget).ToUpperInvariant(), "0X");
            case 'o': return Number(specifier, Integer(value, specifier, truncates: false), digits => PythonFormatSpec.Radix(digits, 8, _budget), "0o");
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G': return Float(specifier, value);
            default: throw JinjaException.Value($"unsupported format character '{specifier.Type}'");
        }
    }

    private static string Character(object? value)
    {
        if (JinjaValue.AsText(value) is { } text && PythonText.Length(text) == 1) return text;
        if (JinjaNumbers.AsInteger(value) is not { } code) throw JinjaException.Type("%c requires int or char");
        return code >= 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF)
            ? char.ConvertFromUtf32((int)code) : throw new JinjaException("OverflowError", "%c arg not in range(0x110000)");
    }

    private static BigInteger Integer(object? value, Specifier specifier, bool truncates)
    {
        if (JinjaNumbers.AsInteger(value) is { } integer) return integer;
        if (truncates && value is double number && double.IsFinite(number)) return new BigInteger(number);
        throw JinjaException.Type($"%{specifier.Type} format: {(truncates ? "a real number" : "an integer")} is required, not {JinjaValue.TypeName(value)}");
    }

    private static string Text(Specifier specifier, string text)
    {
        if (specifier.Precision is { } limit && PythonText.Length(text) > limit) text = text[..PythonText.Offset(text, limit)];
        return Spec(specifier with { Flags = specifier.Flags.Replace("0", "", StringComparison.Ordinal) }).Pad("", text, '>');
    }

    private string Number(Specifier specifier, BigInteger value, Func<BigInteger, string> digits, string prefix)
    {
        string text = digits(BigInteger.Abs(value));
        _budget.SpendText(specifier.Precision ?? 0);
        if (specifier.Precision is { } least) text = text.PadLeft(least, '0');
        return Spec(specifier).Pad(Sign(specifier, value.Sign < 0) + (specifier.Flags.Contains('#', StringComparison.Ordinal) ? prefix : ""), text, '>');
    }

    private static string Float(Specifier specifier, object? value)
    {
        if (value is JinjaUndefined undefined) throw undefined.Error();
        double number = JinjaNumbers.AsFloat(value) ?? throw JinjaException.Type($"must be real number, not {JinjaValue.TypeName(value)}");
        int precision = specifier.Precision ?? 6;
        if (precision > PythonFormatSpec.MaxPrecision)
            throw JinjaException.Limit($"The template formats a number with more than {PythonFormatSpec.MaxPrecision} digits.");
        string digits = !double.IsFinite(number) ? PythonFloat.Special(Math.Abs(number)) : char.ToLowerInvariant(specifier.Type) switch
        {
            'e' => PythonFloat.Exponent(number, precision),
            'f' => PythonFloat.Fixed(number, precision),
            _ => PythonFloat.General(number, precision, specifier.Flags.Contains('#', StringComparison.Ordinal)),
        };
        if (double.IsFinite(number) && specifier.Flags.Contains('#', StringComparison.Ordinal)) digits = PythonFormatSpec.WithDecimalPoint(digits);
        if (char.IsUpper(specifier.Type)) digits = digits.ToUpperInvariant();
        return Spec(specifier).Pad(Sign(specifier, double.IsNegative(number)), digits, '>');
    }

    private static string Sign(Specifier specifier, bool isNegative) =>
        isNegative ? "-" : specifier.Flags.Contains('+', StringComparison.Ordinal) ? "+" : specifier.Flags.Contains(' ', StringComparison.Ordinal) ? " " : "";

    private static PythonFormatSpec Spec(Specifier specifier)
    {
        bool isLeft = specifier.Flags.Contains('-', StringComparison.Ordinal);
        bool hasZeros = !isLeft && specifier.Flags.Contains('0', StringComparison.Ordinal);
        return new PythonFormatSpec(hasZeros ? "0" : " ", isLeft ? '<' : hasZeros ? '=' : '>', '\0', false, specifier.Width, '\0', null, '\0');
    }
}
