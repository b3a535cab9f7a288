using Microsoft.ML.SimPO.Text.Templates.Functions;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary><c>cycler('a', 'b')</c>: <c>next()</c>, <c>current</c>, <c>reset()</c>.</summary>
internal sealed class JinjaCycler(object?[] items) : JinjaObject
{
    private int _position;

    public override string TypeName => "Cycler";

    public override bool TryGetAttribute(string name, out object? value)
    {
        value = name switch
        {
            "current" => items[_position],
            "next" => new JinjaFunction("method", (_, _) => Next()),
            "reset" => new JinjaFunction("method", (_, _) =>
            {
                _position = 0;
                return null;
            }),
            _ => null,
        };
        return name is "current" or "next" or "reset";
    }

    private object? Next()
    {
        object? item = items[_position];
        _position = (_position + 1) % items.Length;
        return item;
    }
}
