namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>A value of a template that is not None, a bool, a number or a plain string.</summary>
/// <remarks>
/// Values are <c>null</c>, <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>,
/// <see cref="string"/> and subclasses of this; what a caller passes in is converted to these first, so nothing else can be reached.
/// </remarks>
internal abstract class JinjaObject
{
    /// <summary>The name of Python's type, for messages.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsTrue => true;

    /// <summary>The value of an attribute; false where there is none. Methods are found elsewhere.</summary>
    public virtual bool TryGetAttribute(string name, out object? value)
    {
        value = null;
        return false;
    }

    /// <summary>What Python's <c>repr</c> shows, where that does not depend on other values.</summary>
    public virtual string Represent() => $"<{TypeName} object>";
}
