namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

internal sealed partial class JinjaParser
{
    private JinjaStatement.Macro Macro()
    {
        string name = ParameterName();
        return new JinjaStatement.Macro(MacroDefinition(name, hasSignature: true, "endmacro"));
    }

    private JinjaStatement.CallBlock CallBlock()
    {
        var signature = _stream.Current.IsOperator("(") ? Signature() : ([], []);
        if (Expression() is not JinjaExpression.Call call) throw _stream.Fail("expected call");
        return new JinjaStatement.CallBlock(call, MacroBody(null, signature.Parameters, signature.Defaults, "endcall"));
    }

    private JinjaMacroDefinition MacroDefinition(string name, bool hasSignature, string end)
    {
        var (parameters, defaults) = hasSignature ? Signature() : ([], []);
        return MacroBody(name, parameters, defaults, end);
    }

    private JinjaMacroDefinition MacroBody(string? name, List<string> parameters, List<JinjaExpression> defaults, string end)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        _namesOfMacros.Add(names);
        List<JinjaStatement> body = Isolated(() => Body(end));
        _namesOfMacros.RemoveAt(_namesOfMacros.Count - 1);
        bool Uses(string special) => names.Contains(special) && !parameters.Contains(special);
        return new JinjaMacroDefinition(name, parameters, defaults, body, Uses("caller"), Uses("kwargs"), Uses("varargs"));
    }

    private (List<string> Parameters, List<JinjaExpression> Defaults) Signature()
    {
        List<string> parameters = [];
        List<JinjaExpression> defaults = [];
        _stream.ExpectOperator("(");
        while (!_stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) _stream.ExpectOperator(",");
            string name = ParameterName();
            if (parameters.Contains(name)) throw new JinjaException("SyntaxError", $"duplicate argument '{name}' in function definition");
            parameters.Add(name);
            if (_stream.SkipOperator("=")) defaults.Add(Expression());
            else if (defaults.Count > 0) throw _stream.Fail("non-default argument follows default argument");
        }
        _stream.Next();
        return (parameters, defaults);
    }
}
