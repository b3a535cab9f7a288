using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>Python's operators on numbers, texts and sequences.</summary>
internal static class JinjaArithmetic
{
    /// <summary>One of + - * / // % **.</summary>
    public static object? Apply(string operation, object? left, object? right, JinjaBudget budget)
    {
        if (operation == "%" && JinjaValue.AsText(left) is { } format)
            return Marked(left, PythonPercentFormat.Format(format, right, budget));
        if (left is JinjaUndefined undefined) throw undefined.Error();
        if (right is JinjaUndefined other) throw other.Error();
        if (left is long a && right is long b && Small(operation, a, b) is { } small) return small;
        if (JinjaNumbers.AsInteger(left) is { } i && JinjaNumbers.AsInteger(right) is { } j) return Integers(operation, i, j, budget);
        if (JinjaNumbers.AsFloat(left) is { } x && JinjaNumbers.AsFloat(right) is { } y) return Floats(operation, x, y);
        return operation switch
        {
            "+" => Add(left, right, budget),
            "*" => Repeat(left, right, budget) ?? Repeat(right, left, budget),
            _ => null,
        } ?? throw Unsupported(operation, left, right);
    }

    public static object Negate(object? value, bool isNegative)
    {
        if (value is JinjaUndefined undefined) throw undefined.Error();
        if (value is double number) return isNegative ? -number : number;
        if (JinjaNumbers.AsInteger(value) is { } integer) return JinjaNumbers.Normalize(isNegative ? -integer : integer);
        throw JinjaException.Type($"bad operand type for unary {(isNegative ? '-' : '+')}: '{JinjaValue.TypeName(value)}'");
    }

    private static object? Small(string operation, long a, long b) => operation switch
    {
        "+" when (int)a == a && (int)b == b => a + b,
        "-" when (int)a == a && (int)b == b => a - b,
        "*" when (int)a == a && (int)b == b => a * b,
        _ => null,
    };

    private static object Integers(string operation, BigInteger a, BigInteger b, JinjaBudget budget)
    {
        if (operation != "**") budget.SpendDigits(a.GetBitLength(), b.GetBitLength());
        return operation switch
        {
            "+" => JinjaNumbers.Normalize(a + b),
            "-" => JinjaNumbers.Normalize(a - b),
            "*" => JinjaNumbers.Normalize(a * b),
            "/" => b.IsZero ? throw ZeroDivision("division by zero") : Quotient(a, b),
            "//" => b.IsZero ? throw ZeroDivision("integer division or modulo by zero") : JinjaNumbers.Normalize(FloorDivide(a, b)),
            "%" => b.IsZero ? throw ZeroDivision("integer modulo by zero") : JinjaNumbers.Normalize(a - FloorDivide(a, b) * b),
            _ => Power(a, b, budget),
        };
    }

    private static double Quotient(BigInteger a, BigInteger b)
    {
        double quotient = (double)a / (double)b;
        return double.IsFinite(quotient) ? quotient : throw new JinjaException("OverflowError", "integer division result too large for a float");
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? quotient - 1 : quotient;
    }

    private static object Power(BigInteger a, BigInteger b, JinjaBudget budget)
    {
        if (b.Sign < 0) return Floats("**", (double)a, (double)b);
        if (a.IsZero || a.IsOne || b.IsZero) return (long)(b.IsZero ? 1 : a);
        if (b > 1 << 16 || a.GetBitLength() * (long)b > 1 << 17) throw JinjaException.Limit("The template makes an integer of more than 65536 bits.");
        budget.SpendDigits(a.GetBitLength() * (long)b, a.GetBitLength() * (long)b);
        return JinjaNumbers.Normalize(BigInteger.Pow(a, (int)b));
    }

    private static double Floats(string operation, double a, double b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw ZeroDivision("float division by zero") : a / b,
        "//" => b == 0 ? throw ZeroDivision("float floor division by zero") : FloorDivide(a, b),
        "%" => b == 0 ? throw ZeroDivision("float modulo") : Modulo(a, b),
        _ => Power(a, b),
    };

    private static double Modulo(double a, double b)
    {
        double remainder = a % b;
        if (remainder == 0) return Math.CopySign(0, b);
        return remainder < 0 != b < 0 ? remainder + b : remainder;
    }

    private static double FloorDivide(double a, double b)
    {
        double quotient = (a - Modulo(a, b)) / b;
        if (quotient == 0) return Math.CopySign(0, a / b);
        double floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Power(double a, double b)
    {
        if (a == 0 && b < 0) throw ZeroDivision("0.0 cannot be raised to a negative power");
        if (a < 0 && double.IsFinite(a) && b != Math.Floor(b))
            throw JinjaException.Value("a negative number to a fractional power is complex, which is not supported");
        double power = Math.Pow(a, b);
        return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b)
            ? throw new JinjaException("OverflowError", "(34, 'Numerical result out of range')") : power;
    }

    private static object? Add(object? left, object? right, JinjaBudget budget)
    {
        if (JinjaValue.AsText(left) is { } a && JinjaValue.AsText(right) is { } b)
        {
            bool marked = left is JinjaMarkup || right is JinjaMarkup;
            if (marked && left is string) a = JinjaMarkup.Escape(a);
            if (marked && right is string) b = JinjaMarkup.Escape(b);
            budget.SpendText((long)a.Length + b.Length);
            return marked ? new JinjaMarkup(a + b) : a + b;
        }
        if (left is JinjaSequence x && right is JinjaSequence y && x.GetType() == y.GetType())
        {
            budget.Spend(x.Items.Length + y.Items.Length);
            return x.With([.. x.Items, .. y.Items]);
        }
        if (left is string) throw JinjaException.Type($"can only concatenate str (not \"{JinjaValue.TypeName(right)}\") to str");
        if (left is JinjaSequence z) throw JinjaException.Type($"can only concatenate {z.TypeName} (not \"{JinjaValue.TypeName(right)}\") to {z.TypeName}");
        return null;
    }

    private static object? Repeat(object? value, object? times, JinjaBudget budget)
    {
        if (JinjaNumbers.AsInteger(times) is null || value is not (string or JinjaMarkup or JinjaSequence)) return null;
        long count = Math.Max(0, JinjaNumbers.RequireIndex(times));
        if (value is JinjaSequence sequence)
        {
            budget.Spend(sequence.Items.Length == 0 ? 0 : (long)decimal.Min(long.MaxValue / 2, (decimal)sequence.Items.Length * count));
            return sequence.With(sequence.Items.Length == 0 ? [] : [.. Enumerable.Repeat(sequence.Items, (int)count).SelectMany(items => items)]);
        }
        string text = JinjaValue.AsText(value)!;
        if (text.Length == 0) return value;
        budget.SpendText((long)decimal.Min(long.MaxValue / 2, (decimal)text.Length * count));
        return Marked(value, new System.Text.StringBuilder().Insert(0, text, (int)count).ToString());
    }

    private static object Marked(object? like, string text) => like is JinjaMarkup ? new JinjaMarkup(text) : text;

    private static JinjaException ZeroDivision(string detail) => new("ZeroDivisionError", detail);

    private static JinjaException Unsupported(string operation, object? left, object? right) =>
        JinjaException.Type($"unsupported operand type(s) for {(operation == "**" ? "** or pow()" : operation)}: '{JinjaValue.TypeName(left)}' and "
            + $"'{JinjaValue.TypeName(right)}'");
}
