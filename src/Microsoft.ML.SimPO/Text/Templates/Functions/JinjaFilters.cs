using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The filters of Jinja2, with transformers' <c>tojson</c>.</summary>
internal static partial class JinjaFilters
{
    private static readonly Dictionary<string, JinjaBuiltin> All = Build();

    public static JinjaBuiltin? Find(string name) => All.GetValueOrDefault(name);

    public static bool Exists(string name) => All.ContainsKey(name);

    private delegate void Adder(string names, string parameters, Func<JinjaInterpreter, object?[], object?> body);

    private static Dictionary<string, JinjaBuiltin> Build()
    {
        var all = new Dictionary<string, JinjaBuiltin>(StringComparer.Ordinal);
        void Add(string names, string parameters, Func<JinjaInterpreter, object?[], object?> body)
        {
            foreach (string name in names.Split(' ')) all[name] = new JinjaBuiltin(name, parameters, body);
        }
        AddTexts(Add);
        AddMarkup(Add);
        AddNumbers(Add);
        AddItems(Add);
        AddSelections(Add);
        AddOrders(Add);
        foreach (string name in new[] { "pprint", "random", "urlize", "wordwrap" })
            all[name] = new JinjaBuiltin(name, "value, *rest, **named", (_, _) => throw JinjaException.Runtime($"The filter '{name}' is not supported."));
        return all;
    }

    private static void AddNumbers(Adder add)
    {
        add("abs", "value", (_, a) => Abs(a[0]));
        add("int", "value, default=0, base=10", (_, a) => ToInteger(a[0], a[2] is long radix ? radix : -1) ?? a[1]);
        add("float", "value, default=0.0", (_, a) => ToFloat(a[0]) is { } number ? number : a[1]);
        add("round", "value, precision=0, method='common'", (_, a) => Round(a[0], a[1], a[2]));
        add("filesizeformat", "value, binary=False", (c, a) => FileSize(a[0], JinjaValue.IsTrue(a[1]), c.Budget));
    }

    private static object Abs(object? value)
    {
        if (value is double number) return Math.Abs(number);
        if (JinjaNumbers.AsInteger(value) is { } integer) return JinjaNumbers.Normalize(System.Numerics.BigInteger.Abs(integer));
        throw JinjaException.Type($"bad operand type for abs(): '{JinjaValue.TypeName(value)}'");
    }

    private static object? ToInteger(object? value, long radix)
    {
        if (value is JinjaUndefined undefined) throw undefined.Error();
        if (JinjaNumbers.AsInteger(value) is { } integer) return JinjaNumbers.Normalize(integer);
        if (JinjaValue.AsText(value) is { } text && JinjaNumbers.TryParse(text, radix) is { } parsed) return parsed;
        return ToFloat(value) is { } number && double.IsFinite(number) ? JinjaNumbers.Normalize(new System.Numerics.BigInteger(number)) : null;
    }

    private static double? ToFloat(object? value)
    {
        if (value is JinjaUndefined undefined) throw undefined.Error();
        return JinjaValue.AsText(value) is { } text ? JinjaNumbers.TryParseFloat(text) : JinjaNumbers.AsFloat(value);
    }

    private static object Round(object? value, object? digits, object? method)
    {
        if (method is not ("common" or "ceil" or "floor")) throw JinjaException.Argument("method must be common, ceil or floor");
        int precision = JinjaNumbers.RequireCount(digits);
        if (method is not "common" && value is JinjaUndefined undefined) throw undefined.Error();
        if (method is "common" && JinjaNumbers.AsInteger(value) is { } integer) return RoundInteger(integer, precision);
        double number = JinjaNumbers.AsFloat(value) ?? throw JinjaException.Type($"type {JinjaValue.TypeName(value)} doesn't define __round__ method");
        if (method is "common") return PythonFloat.Round(number, precision);
        double scale = Math.Pow(10, precision);
        return (method is "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale)) / scale;
    }

    private static object RoundInteger(System.Numerics.BigInteger value, int precision)
    {
        if (precision >= 0) return JinjaNumbers.Normalize(value);
        if (precision < -JinjaNumbers.MaxDigits) return 0L;
        System.Numerics.BigInteger unit = System.Numerics.BigInteger.Pow(10, -precision);
        System.Numerics.BigInteger remainder = ((value % unit) + unit) % unit;
        System.Numerics.BigInteger down = value - remainder;
        int half = (remainder * 2).CompareTo(unit);
        bool up = half > 0 || (half == 0 && !(down / unit).IsEven);
        return JinjaNumbers.Normalize(up ? down + unit : down);
    }

    private static string FileSize(object? value, bool isBinary, JinjaBudget budget)
    {
        if (JinjaValue.AsText(value) is null && JinjaNumbers.AsFloat(value) is null)
            throw JinjaException.Type($"float() argument must be a string or a real number, not '{JinjaValue.TypeName(value)}'");
        double bytes = ToFloat(value) ?? throw JinjaException.Value($"could not convert to float: {PythonRepr.Of(value, budget)}");
        double unit = isBinary ? 1024 : 1000;
        if (bytes == 1) return "1 Byte";
        if (bytes < unit) return FormattableString.Invariant($"{Math.Truncate(bytes)} Bytes");
        string[] prefixes = isBinary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        int power = 0;
        while (power < prefixes.Length - 1 && bytes >= Math.Pow(unit, power + 2)) power++;
        return $"{PythonFloat.Fixed(bytes / Math.Pow(unit, power + 1), 1)} {prefixes[power]}";
    }
}
