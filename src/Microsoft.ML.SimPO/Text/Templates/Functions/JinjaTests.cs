using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>What can follow <c>is</c>.</summary>
internal static class JinjaTests
{
    private static readonly Dictionary<string, JinjaBuiltin> All = Build();

    public static JinjaBuiltin? Find(string name) => All.GetValueOrDefault(name);

    public static bool Exists(string name) => All.ContainsKey(name);

    private static Dictionary<string, JinjaBuiltin> Build()
    {
        var all = new Dictionary<string, JinjaBuiltin>(StringComparer.Ordinal);
        void Add(string names, string parameters, Func<JinjaInterpreter, object?[], bool> test)
        {
            foreach (string name in names.Split(' ')) all[name] = new JinjaBuiltin(name, parameters, (interpreter, a) => test(interpreter, a));
        }
        AddTypes(Add);
        AddComparisons(Add);
        return all;
    }

    private static void AddTypes(Action<string, string, Func<JinjaInterpreter, object?[], bool>> add)
    {
        add("defined", "value", (_, a) => a[0] is not JinjaUndefined);
        add("undefined", "value", (_, a) => a[0] is JinjaUndefined);
        add("none", "value", (_, a) => a[0] is null);
        add("boolean", "value", (_, a) => a[0] is bool);
        add("true", "value", (_, a) => a[0] is true);
        add("false", "value", (_, a) => a[0] is false);
        add("integer", "value", (_, a) => a[0] is not bool && JinjaNumbers.AsInteger(a[0]) is not null);
        add("float", "value", (_, a) => a[0] is double);
        add("number", "value", (_, a) => JinjaNumbers.AsFloat(a[0]) is not null);
        add("string", "value", (_, a) => JinjaValue.AsText(a[0]) is not null);
        add("mapping", "value", (_, a) => a[0] is JinjaDictionary);
        add("iterable", "value", (_, a) => JinjaValue.TryItems(a[0]) is not null);
        add("sequence", "value", (_, a) => a[0] is string or JinjaMarkup or JinjaSequence or JinjaDictionary or JinjaRange or JinjaBytes or JinjaUndefined);
        add("callable", "value", (_, a) => a[0] is JinjaCallable or JinjaUndefined);
        add("escaped", "value", (_, a) => a[0] is JinjaMarkup);
        add("lower", "value", (c, a) => IsCase(JinjaValue.ToText(a[0], c.Budget), PythonCase.IsLower));
        add("upper", "value", (c, a) => IsCase(JinjaValue.ToText(a[0], c.Budget), PythonCase.IsUpper));
        add("filter", "value", (_, a) => a[0] is string name && JinjaFilters.Exists(name));
        add("test", "value", (_, a) => a[0] is string name && Exists(name));
    }

    private static void AddComparisons(Action<string, string, Func<JinjaInterpreter, object?[], bool>> add)
    {
        add("== eq equalto", "a, b", (c, a) => JinjaComparison.Apply("==", a[0], a[1], c.Budget));
        add("!= ne", "a, b", (c, a) => JinjaComparison.Apply("!=", a[0], a[1], c.Budget));
        add("> gt greaterthan", "a, b", (c, a) => JinjaComparison.Apply(">", a[0], a[1], c.Budget));
        add(">= ge", "a, b", (c, a) => JinjaComparison.Apply(">=", a[0], a[1], c.Budget));
        add("< lt lessthan", "a, b", (c, a) => JinjaComparison.Apply("<", a[0], a[1], c.Budget));
        add("<= le", "a, b", (c, a) => JinjaComparison.Apply("<=", a[0], a[1], c.Budget));
        add("in", "value, seq", (c, a) => JinjaComparison.Contains(a[1], a[0], c.Budget));
        add("sameas", "value, other", (_, a) => IsSame(a[0], a[1]));
        add("odd", "value", (c, a) => JinjaComparison.AreEqual(JinjaArithmetic.Apply("%", a[0], 2L, c.Budget), 1L, c.Budget));
        add("even", "value", (c, a) => JinjaComparison.AreEqual(JinjaArithmetic.Apply("%", a[0], 2L, c.Budget), 0L, c.Budget));
        add("divisibleby", "value, num", (c, a) => JinjaComparison.AreEqual(JinjaArithmetic.Apply("%", a[0], a[1], c.Budget), 0L, c.Budget));
    }

    /// <summary>Identity: that of small values is their equality within a type.</summary>
    private static bool IsSame(object? left, object? right) => ReferenceEquals(left, right) || (left, right) switch
    {
        (bool a, bool b) => a == b,
        (long a, long b) => a == b,
        (string a, string b) => a == b,
        _ => false,
    };

    /// <summary>Python's <c>islower</c>: some letter has the case and none another.</summary>
    public static bool IsCase(string text, Func<int, bool> hasCase)
    {
        bool any = false;
        foreach (int code in PythonText.CodePoints(text))
        {
            if (hasCase(code)) any = true;
            else if (PythonCase.IsCased(code)) return false;
        }
        return any;
    }
}
