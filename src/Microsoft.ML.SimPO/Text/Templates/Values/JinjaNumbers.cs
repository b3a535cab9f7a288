using System.Globalization;
using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>Python's integers, which have no bound but that of <see cref="MaxBits"/>, and their conversions.</summary>
internal static class JinjaNumbers
{
    /// <summary>Digits of an integer that Python reads and writes at most.</summary>
    public const int MaxDigits = 4300;

    /// <summary>10^4300 has one more.</summary>
    private const long MostBitsOfText = 14285;

    private const int MaxBits = 1 << 16;

    /// <summary>A <see cref="long"/> where it fits.</summary>
    public static object Normalize(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue) return (long)value;
        return value.GetBitLength() <= MaxBits ? value : throw JinjaException.Limit($"The template makes an integer of more than {MaxBits} bits.");
    }

    /// <summary>The value as an integer (a bool is one), or null.</summary>
    public static BigInteger? AsInteger(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        BigInteger number => number,
        _ => null,
    };

    /// <summary>The value as a float, from any number, or null.</summary>
    public static double? AsFloat(object? value) => value switch
    {
        double number => number,
        long number => number,
        bool flag => flag ? 1 : 0,
        BigInteger number => (double)number,
        _ => null,
    };

    /// <summary>A 64-bit integer argument.</summary>
    /// <exception cref="JinjaException">TypeError for what is no integer; OverflowError for one that is too long.</exception>
    public static long RequireIndex(object? value)
    {
        if (value is long number) return number;
        BigInteger integer = AsInteger(value) ?? throw JinjaException.Type($"'{JinjaValue.TypeName(value)}' object cannot be interpreted as an integer");
        return integer >= long.MinValue && integer <= long.MaxValue ? (long)integer : throw Overflow();
    }

    /// <summary>As <see cref="RequireIndex"/>, for lengths and counts, within 32 bits.</summary>
    public static int RequireCount(object? value) => (int)Math.Clamp(RequireIndex(value), int.MinValue, int.MaxValue);

    /// <summary>The digits of a number. That there are too many is told by its bits; making them is charged, for it takes the square of their number.</summary>
    public static string Text(BigInteger value, JinjaBudget budget)
    {
        long bits = value.GetBitLength();
        if (bits > MostBitsOfText) throw JinjaException.Value($"Exceeds the limit ({MaxDigits} digits) for integer string conversion");
        budget.SpendDigits(bits, bits);
        string text = value.ToString(CultureInfo.InvariantCulture);
        return text.Length > MaxDigits ? throw JinjaException.Value($"Exceeds the limit ({MaxDigits} digits) for integer string conversion") : text;
    }

    /// <summary>Python's <c>int(text, radix)</c>: white space around, a sign, single underscores, a prefix where it agrees with the radix.</summary>
    public static object? TryParse(string text, long radix)
    {
        string digits = PythonText.Strip(text);
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+')) digits = digits[1..];
        long prefixed = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed != 0 && (radix == 0 || radix == prefixed))
        {
            radix = prefixed;
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];
        }
        else if (radix == 0)
        {
            if (digits.StartsWith('0') && digits.AsSpan().Trim("0_").Length > 0) return null;
            radix = 10;
        }
        return radix is < 2 or > 36 || digits.Length > MaxDigits ? null : Digits(digits, (int)radix, isNegative);
    }

    public static double? TryParseFloat(string text)
    {
        string digits = PythonText.Strip(text);
        if (digits.Contains('_', StringComparison.Ordinal))
        {
            if (digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__", StringComparison.Ordinal)) return null;
            digits = digits.Replace("_", "", StringComparison.Ordinal);
        }
        return digits.ToLowerInvariant() switch
        {
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            "nan" or "+nan" or "-nan" => double.NaN,
            _ => double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out double value)
                && digits.AsSpan().IndexOfAnyInRange('0', '9') >= 0 && !digits.Contains('n', StringComparison.OrdinalIgnoreCase) ? value : null,
        };
    }

    public static JinjaException Overflow() => new("OverflowError", "cannot fit 'int' into an index-sized integer");

    private static object? Digits(string digits, int radix, bool isNegative)
    {
        BigInteger value = 0;
        long some = 0, scale = 1; // digits that are not in the value yet: it is multiplied for many at once
        bool afterDigit = false;
        foreach (char c in digits)
        {
            if (c == '_' && afterDigit)
            {
                afterDigit = false;
                continue;
            }
            int digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : char.IsDigit(c) ? (int)CharUnicodeInfo.GetNumericValue(c) : int.MaxValue;
            if (digit >= radix) return null;
            (some, scale) = ((some * radix) + digit, scale * radix);
            if (scale > int.MaxValue) (value, some, scale) = ((value * scale) + some, 0, 1);
            afterDigit = true;
        }
        value = (value * scale) + some;
        return afterDigit ? Normalize(isNegative ? -value : value) : null;
    }
}
