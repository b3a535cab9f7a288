using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The names that every template sees.</summary>
internal static class JinjaGlobals
{
    public static IReadOnlyDictionary<string, object?> All { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["range"] = Function("range", "*rest", (interpreter, a) => Range((object?[])a[^2]!, interpreter.Budget.Options)),
        ["raise_exception"] =
            Function("raise_exception", "message", (interpreter, a) => throw new JinjaException("TemplateError", JinjaValue.ToText(a[0], interpreter.Budget))),
        ["strftime_now"] = Function("strftime_now", "format",
            (interpreter, a) => PythonDate.Format(interpreter.Budget.Options.Clock.GetLocalNow(), RequireText(a[0]), interpreter.Budget)),
        ["dict"] = Type("dict", "*rest, **named", (interpreter, a) => Merge(new JinjaDictionary(), a, interpreter.Budget)),
        ["namespace"] = Type("namespace", "*rest, **named", (interpreter, a) => Namespace(a, interpreter.Budget)),
        ["cycler"] = Type("cycler", "*rest", (_, a) => Cycler((object?[])a[^2]!)),
        ["joiner"] = Type("joiner", "sep=None", (_, a) => Joiner(a[0] ?? ", ")),
        ["lipsum"] = Function("lipsum", "*rest, **named", (_, _) => throw JinjaException.Runtime("lipsum is not supported: its text is random.")),
        ["self"] = new JinjaSelf(),
    };

    private static JinjaFunction Function(string name, string parameters, Func<JinjaInterpreter, object?[], object?> body) =>
        JinjaFunction.Global(new JinjaBuiltin(name, parameters, body));

    private static JinjaFunction Type(string name, string parameters, Func<JinjaInterpreter, object?[], object?> body) =>
        JinjaFunction.Global(new JinjaBuiltin(name, parameters, body), "type");

    private static string RequireText(object? value) =>
        JinjaValue.AsText(value) ?? throw JinjaException.Type($"strftime() argument 1 must be str, not {JinjaValue.TypeName(value)}");

    private static JinjaRange Range(object?[] arguments, JinjaOptions options)
    {
        if (arguments.Length is 0 or > 3) throw JinjaException.Type(FormattableString.Invariant($"range expected 1 to 3 arguments, got {arguments.Length}"));
        long[] numbers = [.. arguments.Select(JinjaNumbers.RequireIndex)];
        long step = numbers.Length == 3 ? numbers[2] : 1;
        if (step == 0) throw JinjaException.Value("range() arg 3 must not be zero");
        var range = new JinjaRange(numbers.Length == 1 ? 0 : numbers[0], numbers.Length == 1 ? numbers[0] : numbers[1], step);
        if (range.Count > options.MaxRange)
            throw new JinjaException("OverflowError", $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({options.MaxRange}).");
        return range;
    }

    private static JinjaDictionary Merge(JinjaDictionary dictionary, object?[] bound, JinjaBudget budget)
    {
        var rest = (object?[])bound[^2]!;
        if (rest.Length > 1) throw JinjaException.Type(FormattableString.Invariant($"dict expected at most 1 argument, got {rest.Length}"));
        if (rest is [JinjaDictionary other])
            foreach ((object? key, object? value) in other.Items)
            {
                budget.Spend();
                dictionary[key] = value;
            }
        else if (rest.Length == 1) AddPairs(dictionary, rest[0], budget);
        foreach ((string key, object? value) in (List<KeyValuePair<string, object?>>)bound[^1]!) dictionary[key] = value;
        return dictionary;
    }

    private static void AddPairs(JinjaDictionary dictionary, object? pairs, JinjaBudget budget)
    {
        foreach (object? pair in JinjaValue.Items(pairs, budget))
        {
            if (JinjaValue.TryItems(pair) is null) throw JinjaException.Type("cannot convert dictionary update sequence element to a sequence");
            object?[] items = JinjaValue.ToArray(pair, budget);
            if (items.Length != 2)
                throw JinjaException.Value(FormattableString.Invariant($"dictionary update sequence element has length {items.Length}; 2 is required"));
            dictionary[items[0]] = items[1];
        }
    }

    private static JinjaNamespace Namespace(object?[] bound, JinjaBudget budget)
    {
        var space = new JinjaNamespace();
        foreach ((object? key, object? value) in Merge(new JinjaDictionary(), bound, budget).Items)
            if (key is string name) space.Set(name, value);
        return space;
    }

    private static JinjaCycler Cycler(object?[] items) =>
        items.Length > 0 ? new JinjaCycler(items) : throw new JinjaException("RuntimeError", "at least one item has to be provided");

    private static JinjaFunction Joiner(object? separator)
    {
        bool used = false;
        return new JinjaFunction("Joiner", (_, _) =>
        {
            object? text = used ? separator : "";
            used = true;
            return text;
        });
    }
}
