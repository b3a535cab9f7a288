namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>A list or a tuple. Never changed once made.</summary>
internal abstract class JinjaSequence(object?[] items) : JinjaObject
{
    public object?[] Items => items;

    public override bool IsTrue => items.Length > 0;

    /// <summary>A sequence of the same kind.</summary>
    public abstract JinjaSequence With(object?[] other);
}
