using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The names set in a template, a loop's body, a macro ..; others are looked up in the scope around it.</summary>
internal sealed class JinjaScope(JinjaScope? parent)
{
    private Dictionary<string, object?>? _values;

    public void Set(string name, object? value) => (_values ??= new(StringComparer.Ordinal))[name] = value;

    public object? Get(string name)
    {
        for (JinjaScope? scope = this; scope is not null; scope = scope.Parent)
            if (scope._values is not null && scope._values.TryGetValue(name, out object? value)) return value;
        return JinjaUndefined.Name(name);
    }

    private JinjaScope? Parent => parent;
}
