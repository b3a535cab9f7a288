using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Syntax;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>A macro, or the body of a call block, with the scope it was defined in.</summary>
internal sealed class JinjaMacro(JinjaMacroDefinition definition, JinjaScope scope) : JinjaCallable
{
    public override string TypeName => "Macro";

    public JinjaMacroDefinition Definition => definition;

    public JinjaScope Scope => scope;

    public override object? Call(JinjaInterpreter interpreter, JinjaArguments arguments) => interpreter.CallMacro(this, arguments);

    public override bool TryGetAttribute(string name, out object? value)
    {
        value = name switch
        {
            "name" => definition.Name,
            "arguments" => new JinjaTuple([.. definition.Parameters]),
            "catch_kwargs" => definition.UsesKeywords,
            "catch_varargs" => definition.UsesVariadic,
            "caller" => definition.UsesCaller,
            _ => null,
        };
        return name is "name" or "arguments" or "catch_kwargs" or "catch_varargs" or "caller";
    }

    public override string Represent() => definition.Name is { } name ? $"<Macro {PythonRepr.Of(name)}>" : "<Macro anonymous>";
}
