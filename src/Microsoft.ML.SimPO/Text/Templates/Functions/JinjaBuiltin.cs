namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>A filter, test, method or function that is written in C#.</summary>
/// <param name="name">Its name in messages.</param>
/// <param name="parameters">Its parameters, as <see cref="JinjaSignature"/> reads them.</param>
/// <param name="body">Gets the bound arguments.</param>
internal sealed class JinjaBuiltin(string name, string parameters, Func<JinjaInterpreter, object?[], object?> body)
{
    private readonly JinjaSignature _signature = new(name, parameters);

    public object? Invoke(JinjaInterpreter interpreter, JinjaArguments arguments)
    {
        object?[] bound = _signature.Bind(arguments);
        interpreter.Budget.SpendReading(bound);
        return body(interpreter, bound);
    }
}
