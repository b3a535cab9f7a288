using System.Globalization;
using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>Reads the numbers of a template: 1_000, 0x1F, 0b101, 0o17, 1.5e3.</summary>
internal sealed class JinjaNumberScanner(string source)
{
    public bool TryScan(int start, out int end, out object? number)
    {
        number = null;
        end = start;
        if (!char.IsAsciiDigit(source[start])) return false;
        if (FloatEnd(start) is { } floatEnd)
        {
            end = floatEnd;
            number = double.Parse(Digits(start, end), NumberStyles.Float, CultureInfo.InvariantCulture);
            return true;
        }
        number = Integer(start, out end);
        return true;
    }

    private int? FloatEnd(int start)
    {
        if (start > 0 && source[start - 1] == '.') return null;
        int i = DigitsEnd(start);
        bool isFloat = At(i) == '.' && char.IsAsciiDigit(At(i + 1));
        if (isFloat) i = DigitsEnd(i + 1);
        if (At(i) is 'e' or 'E')
        {
            int exponent = At(i + 1) is '+' or '-' ? i + 2 : i + 1;
            if (char.IsAsciiDigit(At(exponent))) return DigitsEnd(exponent);
        }
        return isFloat ? i : null;
    }

    private object Integer(int start, out int end)
    {
        int radix = (At(start), char.ToLowerInvariant(At(start + 1))) switch { ('0', 'b') => 2, ('0', 'o') => 8, ('0', 'x') => 16, _ => 10 };
        if (radix != 10)
        {
            end = RunEnd(start + 2, radix);
            if (end > start + 2) return Parse(Digits(start + 2, end), radix);
        }
        // A decimal does not start with 0: "007" is three numbers, which the parser refuses.
        end = At(start) == '0' ? RunEnd(start, 1) : RunEnd(start, 10);
        return Parse(Digits(start, end), 10);
    }

    private static object Parse(string digits, int radix)
    {
        if (digits.Length > JinjaNumbers.MaxDigits)
            throw JinjaException.Value($"Exceeds the limit ({JinjaNumbers.MaxDigits} digits) for integer string conversion");
        if (radix == 10) return JinjaNumbers.Normalize(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
        BigInteger value = 0;
        foreach (char c in digits) value = value * radix + Convert.ToInt32(c.ToString(), 16);
        return JinjaNumbers.Normalize(value);
    }

    /// <summary>Behind the digits from <paramref name="start"/>, with single underscores before any of them but the first.</summary>
    private int RunEnd(int start, int radix)
    {
        int i = start;
        while (true)
        {
            int next = At(i) == '_' && (i > start || radix is 2 or 8 or 16) ? i + 1 : i;
            if (!IsDigit(At(next), radix)) return i;
            i = next + 1;
        }
    }

    private int DigitsEnd(int start) => RunEnd(start, 10);

    private static bool IsDigit(char c, int radix) => radix == 16 ? char.IsAsciiHexDigit(c) : c >= '0' && c < '0' + radix;

    private string Digits(int start, int end) => source[start..end].Replace("_", "", StringComparison.Ordinal);

    private char At(int index) => index < source.Length ? source[index] : '\0';
}
