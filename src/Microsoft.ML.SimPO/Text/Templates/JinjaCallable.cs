namespace Microsoft.ML.SimPO.Text;

/// <summary>A value that can be called.</summary>
internal abstract class JinjaCallable : JinjaObject
{
    public abstract object? Call(JinjaInterpreter interpreter, JinjaArguments arguments);
}
