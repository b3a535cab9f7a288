namespace Microsoft.ML.SimPO.Text.Templates.Values;

internal sealed class JinjaList(object?[] items) : JinjaSequence(items)
{
    public override string TypeName => "list";

    public override JinjaSequence With(object?[] other) => new JinjaList(other);
}
