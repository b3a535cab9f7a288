namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>A tuple; a group of <c>groupby</c> names its two items.</summary>
internal sealed class JinjaTuple(object?[] items, bool isGroup = false) : JinjaSequence(items)
{
    public override string TypeName => "tuple";

    public override JinjaSequence With(object?[] other) => new JinjaTuple(other);

    public override bool TryGetAttribute(string name, out object? value)
    {
        value = isGroup ? name switch { "grouper" => Items[0], "list" => Items[1], _ => null } : null;
        return isGroup && name is "grouper" or "list";
    }
}
