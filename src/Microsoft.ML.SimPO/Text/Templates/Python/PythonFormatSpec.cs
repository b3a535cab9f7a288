using System.Globalization;
using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's format specification: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>; what is left out is <c>'\0'</c>.</summary>
internal sealed record PythonFormatSpec(string Fill, char Align, char Sign, bool Alternate, int Width, char Grouping, int? Precision, char Type)
{
    /// <summary>Digits behind the point at most.</summary>
    public const int MaxPrecision = 1000;

    public static string Format(object? value, string spec, JinjaBudget budget)
    {
        if (spec.Length == 0) return JinjaValue.ToText(value, budget);
        if (JinjaValue.AsText(value) is null && JinjaNumbers.AsFloat(value) is null)
            throw JinjaException.Type($"unsupported format string passed to {JinjaValue.TypeName(value)}.__format__");
        PythonFormatSpec parsed = Parse(spec);
        budget.SpendText(parsed.Width);
        if (JinjaValue.AsText(value) is null && parsed.Precision > MaxPrecision)
            throw JinjaException.Limit($"The template formats a number with more than {MaxPrecision} digits.");
        if (JinjaValue.AsText(value) is { } text) return parsed.Text(text);
        bool isForInteger = parsed.Type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'n' or 'c';
        if (isForInteger && JinjaNumbers.AsInteger(value) is { } integer) return parsed.Integer(integer, budget);
        return parsed.Float(JinjaNumbers.AsFloat(value)!.Value);
    }

    /// <summary>Pads <paramref name="digits"/> to a width: zeros go between sign and digits.</summary>
    public string Pad(string sign, string digits, char defaultAlign)
    {
        int missing = Width - PythonText.Length(sign) - PythonText.Length(digits);
        if (missing <= 0) return sign + digits;
        string Filled(int count) => Fill.Length == 1 ? new string(Fill[0], count) : string.Concat(Enumerable.Repeat(Fill, count));
        return (Align == '\0' ? defaultAlign : Align) switch
        {
            '<' => sign + digits + Filled(missing),
            '^' => Filled(missing / 2) + sign + digits + Filled(missing - missing / 2),
            '=' => sign + Filled(missing) + digits,
            _ => Filled(missing) + sign + digits,
        };
    }

    private static PythonFormatSpec Parse(string spec)
    {
        int at = 0;
        string fill = " ";
        char align = '\0';
        int first = spec.Length > 1 && char.IsSurrogatePair(spec[0], spec[1]) ? 2 : 1;
        bool hasFill = spec.Length > first && IsAlign(spec[first]);
        if (hasFill) (fill, align, at) = (spec[..first], spec[first], first + 1);
        else if (IsAlign(spec[0])) (align, at) = (spec[0], 1);
        char Next(string allowed) => at < spec.Length && allowed.Contains(spec[at], StringComparison.Ordinal) ? spec[at++] : '\0';
        char sign = Next("+- ");
        bool alternate = Next("#") != '\0';
        if (!hasFill && Next("0") != '\0') (fill, align) = ("0", align == '\0' ? '=' : align);
        int width = Number(spec, ref at) ?? 0;
        char grouping = Next(",_");
        int? precision = Next(".") == '\0' ? null : Number(spec, ref at) ?? throw JinjaException.Value("Format specifier missing precision");
        char type = Next("bcdeEfFgGnosxX%");
        if (at != spec.Length) throw JinjaException.Value("Invalid format specifier");
        if ((grouping != '\0' && type is 's' or 'c' or 'n') || (grouping == ',' && type is 'b' or 'o' or 'x' or 'X'))
            throw JinjaException.Value($"Cannot specify '{grouping}' with '{type}'.");
        return new PythonFormatSpec(fill, align, sign, alternate, width, grouping, precision, type);
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '^' or '=';

    private static int? Number(string spec, ref int at)
    {
        int start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at])) at++;
        if (at == start) return null;
        return int.TryParse(spec.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw JinjaException.Value("Too many decimal digits in format string");
    }

    private string Text(string text)
    {
        if (Type is not ('\0' or 's')) throw JinjaException.Value($"Unknown format code '{Type}' for object of type 'str'");
        if (Sign != '\0') throw JinjaException.Value("Sign not allowed in string format specifier");
        if (Alternate) throw JinjaException.Value("Alternate form (#) not allowed in string format specifier");
        if (Grouping != '\0') throw JinjaException.Value($"Cannot specify '{Grouping}' with 's'.");
        if (Align == '=' && Fill != "0") throw JinjaException.Value("'=' alignment not allowed in string format specifier");
        if (Precision is { } limit && limit < PythonText.Length(text)) text = text[..PythonText.Offset(text, limit)];
        return (this with { Align = Align == '=' ? '<' : Align }).Pad("", text, '<');
    }

    private string Integer(BigInteger value, JinjaBudget budget)
    {
        if (Precision is not null) throw JinjaException.Value("Precision not allowed in integer format specifier");
        if (Type == 'c' && Sign != '\0') throw JinjaException.Value("Sign not allowed with integer format specifier 'c'");
        if (Type == 'c') return Pad("", value >= 0 && value < 0x110000
            ? char.ConvertFromUtf32((int)value) : throw new JinjaException("OverflowError", "%c arg not in range(0x110000)"), '<');
        string digits = Type switch
        {
            'x' => Radix(BigInteger.Abs(value), 16, budget),
            'X' => Radix(BigInteger.Abs(value), 16, budget).ToUpperInvariant(),
            'o' => Radix(BigInteger.Abs(value), 8, budget),
            'b' => Radix(BigInteger.Abs(value), 2, budget),
            _ => JinjaNumbers.Text(BigInteger.Abs(value), budget),
        };
        string prefix = Alternate && Type is 'x' or 'X' or 'o' or 'b' ? "0" + Type : "";
        return Pad(SignOf(value.Sign < 0) + prefix, Grouped(digits, Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3), '>');
    }

    /// <summary>The digits of a number that is not below 0, in a radix of 2, 8 or 16: as many bits each, taken one after the other.</summary>
    public static string Radix(BigInteger value, int radix, JinjaBudget budget)
    {
        if (value.IsZero) return "0";
        int bits = BitOperations.Log2((uint)radix), count = (int)((value.GetBitLength() + bits - 1) / bits);
        budget.SpendText(count);
        byte[] bytes = value.ToByteArray(isUnsigned: true);
        return string.Create(count, (bytes, bits), static (text, number) =>
        {
            for (int i = 0, at = (text.Length - 1) * number.bits; i < text.Length; i++, at -= number.bits)
            {
                int place = at >> 3, next = place + 1 < number.bytes.Length ? number.bytes[place + 1] : 0;
                int two = number.bytes[place] | (next << 8); // a digit of an octal number may lie in both
                text[i] = "0123456789abcdef"[(two >> (at & 7)) & ((1 << number.bits) - 1)];
            }
        });
    }

    private string Float(double value)
    {
        string digits = !double.IsFinite(value) ? PythonFloat.Special(Math.Abs(value)) : Type switch
        {
            'f' or 'F' => PythonFloat.Fixed(value, Precision ?? 6),
            '%' => PythonFloat.Fixed(value * 100, Precision ?? 6),
            'e' or 'E' => PythonFloat.Exponent(value, Precision ?? 6),
            'g' or 'G' or 'n' => PythonFloat.General(value, Precision ?? 6, Alternate),
            '\0' when Precision is null => PythonFloat.Repr(Math.Abs(value)),
            '\0' => WithPoint(PythonFloat.General(value, Precision.Value, Alternate), value, Precision.Value),
            _ => throw JinjaException.Value($"Unknown format code '{Type}' for object of type 'float'"),
        };
        if (Alternate && double.IsFinite(value)) digits = WithDecimalPoint(digits);
        if (Type is 'E' or 'F' or 'G') digits = digits.ToUpperInvariant();
        if (Type == '%') digits += "%";
        return Pad(SignOf(double.IsNegative(value) && !double.IsNaN(value)), Grouped(digits, 3), '>');
    }

    /// <summary>Without a type there is always a digit behind the point, and one digit less before the exponent sets in.</summary>
    private static string WithPoint(string general, double value, int precision)
    {
        if (general.AsSpan().IndexOfAny(".e") >= 0) return general;
        return general.Length >= Math.Max(precision, 1) ? PythonFloat.Exponent(value, Math.Max(precision, 1) - 1) is var text
            && text.Contains('.', StringComparison.Ordinal)
            ? TrimMantissa(text) : text : general + ".0";
    }

    /// <summary>The flag # keeps the point that no digits follow.</summary>
    public static string WithDecimalPoint(string digits)
    {
        if (digits.Contains('.', StringComparison.Ordinal)) return digits;
        int mark = digits.IndexOf('e', StringComparison.Ordinal);
        return mark < 0 ? digits + "." : digits.Insert(mark, ".");
    }

    private static string TrimMantissa(string text)
    {
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        return text[..mark].TrimEnd('0').TrimEnd('.') + text[mark..];
    }

    private string SignOf(bool isNegative) => isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";

    private string Grouped(string digits, int size)
    {
        if (Grouping == '\0') return digits;
        int end = 0;
        while (end < digits.Length && char.IsAsciiHexDigit(digits[end]) && digits[end] != 'e') end++;
        string whole = digits[..end];
        for (int i = whole.Length - size; i > 0; i -= size) whole = whole.Insert(i, Grouping.ToString());
        return whole + digits[end..];
    }
}
