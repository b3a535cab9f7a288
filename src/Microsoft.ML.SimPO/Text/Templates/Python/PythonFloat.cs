using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Floats as Python writes them, every digit exact and ties to even.</summary>
internal static class PythonFloat
{
    /// <summary>The shortest text that reads back as the same number: 1.0, 1e+16, 1e-05.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value)) return Special(value);
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        string round = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        (string digits, int exponent) = Scientific(round);
        string text = exponent is < -4 or >= 16 ? WithExponent(digits, exponent, keepsZeros: false) : Positional(digits, exponent);
        return value < 0 ? "-" + text : text;
    }

    public static string Special(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

    /// <summary>As <c>%.{precision}f</c>, without a sign.</summary>
    public static string Fixed(double value, int precision)
    {
        string digits = Scaled(Math.Abs(value), precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : digits[..^precision] + "." + digits[^precision..];
    }

    /// <summary>As <c>%.{precision}e</c>, without a sign.</summary>
    public static string Exponent(double value, int precision)
    {
        (string digits, int exponent) = Significant(Math.Abs(value), precision + 1);
        return WithExponent(digits, exponent, keepsZeros: true);
    }

    /// <summary>As <c>%.{precision}g</c>, without a sign; <paramref name="keepsZeros"/> is the flag #.</summary>
    public static string General(double value, int precision, bool keepsZeros)
    {
        precision = Math.Max(precision, 1);
        (string digits, int exponent) = Significant(Math.Abs(value), precision);
        if (!keepsZeros) digits = digits.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (exponent < -4 || exponent >= precision) return WithExponent(digits, exponent, keepsZeros);
        string text = Positional(digits, exponent);
        return text.EndsWith(".0", StringComparison.Ordinal) && (!keepsZeros || digits.Length <= exponent + 1) ? text[..^2] : text;
    }

    /// <summary>Python's <c>round(value, digits)</c>.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 323) return value;
        if (digits < -308) return Math.CopySign(0, value);
        string text = digits >= 0
            ? Fixed(value, digits)
            : Scaled(Math.Abs(value), digits).ToString(CultureInfo.InvariantCulture) + "e" + (-digits).ToString(CultureInfo.InvariantCulture);
        return Math.CopySign(double.Parse(text, CultureInfo.InvariantCulture), value);
    }

    /// <summary>value * 10^power, rounded half to even from the exact value.</summary>
    private static BigInteger Scaled(double value, int power)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger numerator = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger denominator = BigInteger.One;
        int shift = Math.Max(exponent, 1) - 1075;
        if (shift > 0) numerator <<= shift;
        else denominator <<= -shift;
        if (power > 0) numerator *= BigInteger.Pow(10, power);
        else denominator *= BigInteger.Pow(10, -power);
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        int half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    /// <summary>The first <paramref name="count"/> digits and the decimal exponent of the first.</summary>
    private static (string Digits, int Exponent) Significant(double value, int count)
    {
        if (value == 0) return (new string('0', count), 0);
        int exponent = Scientific(value.ToString("R", CultureInfo.InvariantCulture)).Exponent;
        string digits = Scaled(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length <= count) return (digits, exponent);
        return (digits[..count], exponent + 1);
    }

    private static (string Digits, int Exponent) Scientific(string round)
    {
        int mark = round.IndexOf('E', StringComparison.Ordinal);
        int exponent = mark < 0 ? 0 : int.Parse(round.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = mark < 0 ? round : round[..mark];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        int zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits[zeros..].TrimEnd('0');
        return (digits, exponent - zeros);
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        digits = digits.PadRight(exponent + 2, '0');
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static string WithExponent(string digits, int exponent, bool keepsZeros)
    {
        string mantissa = digits.Length == 1 || (!keepsZeros && digits.AsSpan(1).Trim('0').Length == 0) ? digits[..1] : digits[..1] + "." + digits[1..];
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }
}
