using System.Globalization;
using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The variable <c>loop</c> of one run of a for statement.</summary>
internal sealed class JinjaLoop(object?[] items, int depth, Func<object?, object?>? recurse) : JinjaCallable
{
    private object?[]? _lastChanged;

    public override string TypeName => "LoopContext";

    public int Index { get; set; }

    public int Length => items.Length;

    /// <summary>0 for the outermost of a recursive loop.</summary>
    public int Depth => depth;

    public override object? Call(JinjaInterpreter interpreter, JinjaArguments arguments)
    {
        if (recurse is null) throw JinjaException.Type("The loop must have the 'recursive' marker to be called recursively.");
        return recurse(RecursionSignature.Bind(arguments)[0]);
    }

    public override bool TryGetAttribute(string name, out object? value)
    {
        bool known = true;
        value = name switch
        {
            "index" => Index + 1L,
            "index0" => (long)Index,
            "revindex" => (long)(items.Length - Index),
            "revindex0" => items.Length - Index - 1L,
            "first" => Index == 0,
            "last" => Index == items.Length - 1,
            "length" => (long)items.Length,
            "depth" => depth + 1L,
            "depth0" => (long)depth,
            "previtem" => Index > 0 ? items[Index - 1] : new JinjaUndefined("there is no previous item"),
            "nextitem" => Index + 1 < items.Length ? items[Index + 1] : new JinjaUndefined("there is no next item"),
            "cycle" => new JinjaFunction("method", (_, arguments) => Cycle(arguments.Positional)),
            "changed" => new JinjaFunction("method", (interpreter, arguments) => HasChanged(arguments.Positional, interpreter.Budget)),
            _ => known = false,
        };
        return known;
    }

    public override string Represent() => string.Create(CultureInfo.InvariantCulture, $"<LoopContext {Index + 1}/{items.Length}>");

    private static JinjaSignature RecursionSignature { get; } = new("loop", "iterable");

    private object? Cycle(object?[] values) => values.Length > 0 ? values[Index % values.Length] : throw JinjaException.Type("no items for cycling given");

    private bool HasChanged(object?[] values, JinjaBudget budget)
    {
        if (_lastChanged is not null && JinjaComparison.AreEqual(new JinjaTuple(_lastChanged), new JinjaTuple(values), budget)) return false;
        _lastChanged = values;
        return true;
    }
}
