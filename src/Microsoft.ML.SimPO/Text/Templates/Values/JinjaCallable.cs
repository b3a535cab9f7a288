using Microsoft.ML.SimPO.Text.Templates.Functions;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>A value that can be called.</summary>
internal abstract class JinjaCallable : JinjaObject
{
    public abstract object? Call(JinjaInterpreter interpreter, JinjaArguments arguments);
}
