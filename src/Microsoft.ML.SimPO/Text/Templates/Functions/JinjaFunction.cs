using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>A global function, a type that can be called, or a method bound to its object.</summary>
internal sealed class JinjaFunction(string typeName, Func<JinjaInterpreter, JinjaArguments, object?> body) : JinjaCallable
{
    public override string TypeName => typeName;

    public override object? Call(JinjaInterpreter interpreter, JinjaArguments arguments) => body(interpreter, arguments);

    public static JinjaFunction Global(JinjaBuiltin builtin, string typeName = "function") => new(typeName, builtin.Invoke);

    /// <summary>A method: the object is its first argument.</summary>
    public static JinjaFunction Method(JinjaBuiltin builtin, object? owner) =>
        new("builtin_function_or_method", (interpreter, arguments) => builtin.Invoke(interpreter, arguments.Before(owner)));
}
