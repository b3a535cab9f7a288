using Microsoft.ML.SimPO.Text.Templates.Functions;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

internal sealed partial class JinjaParser
{
    private JinjaExpression Postfix(JinjaExpression value)
    {
        for (int chain = 0; ; Link(ref chain))
        {
            if (_stream.SkipOperator(".")) value = Member(value);
            else if (_stream.SkipOperator("[")) value = new JinjaExpression.Item(value, Index());
            else if (_stream.Current.IsOperator("(")) value = new JinjaExpression.Call(value, CallSite());
            else return value;
        }
    }

    private JinjaExpression FilterExpression(JinjaExpression value)
    {
        for (int chain = 0; ; Link(ref chain))
        {
            if (_stream.Current.IsOperator("|")) value = Filters(value)!;
            else if (_stream.Current.IsName("is")) value = Test(value);
            else if (_stream.Current.IsOperator("(")) value = new JinjaExpression.Call(value, CallSite());
            else return value;
        }
    }

    private JinjaExpression Member(JinjaExpression value)
    {
        JinjaToken token = _stream.Next();
        return token.Kind switch
        {
            JinjaTokenKind.Name => new JinjaExpression.Attribute(value, token.Text),
            JinjaTokenKind.Integer => new JinjaExpression.Item(value, new JinjaExpression.Constant(token.Number)),
            _ => throw JinjaException.Syntax("expected name or number", token.Line),
        };
    }

    private JinjaExpression Index()
    {
        List<JinjaExpression> parts = [];
        while (!_stream.Current.IsOperator("]"))
        {
            if (parts.Count > 0) _stream.ExpectOperator(",");
            parts.Add(Subscript());
        }
        _stream.Next();
        return parts.Count == 1 ? parts[0] : new JinjaExpression.TupleLiteral(parts);
    }

    private JinjaExpression Subscript()
    {
        JinjaExpression? start = null;
        if (!_stream.Current.IsOperator(":"))
        {
            start = Expression();
            if (!_stream.Current.IsOperator(":")) return start;
        }
        _stream.Next();
        JinjaExpression? stop = IsOperator(":", "]", ",") ? null : Expression();
        JinjaExpression? step = _stream.SkipOperator(":") && !IsOperator("]", ",") ? Expression() : null;
        return new JinjaExpression.Slice(start, stop, step);
    }

    private JinjaCallSite CallSite()
    {
        List<JinjaExpression> positional = [];
        List<KeyValuePair<string, JinjaExpression>> keywords = [];
        JinjaExpression? more = null, named = null;
        _stream.ExpectOperator("(");
        for (bool isFirst = true; !_stream.Current.IsOperator(")"); isFirst = false)
        {
            if (!isFirst) _stream.ExpectOperator(",");
            if (_stream.Current.IsOperator(")")) break;
            if (named is not null || (more is not null && IsOperator("*"))) throw BadCall();
            if (_stream.SkipOperator("*")) more = Expression();
            else if (_stream.SkipOperator("**")) named = Expression();
            else if (_stream.Current.Kind == JinjaTokenKind.Name && _stream.Ahead.IsOperator("=")) keywords.Add(Keyword(keywords));
            else if (more is null && keywords.Count == 0) positional.Add(Expression());
            else throw BadCall();
        }
        _stream.Next();
        return new JinjaCallSite(positional, keywords, more, named);
    }

    private KeyValuePair<string, JinjaExpression> Keyword(List<KeyValuePair<string, JinjaExpression>> before)
    {
        string name = _stream.Next().Text;
        _stream.Next();
        if (before.Exists(k => k.Key == name)) throw new JinjaException("SyntaxError", $"keyword argument repeated: {name}");
        return new(name, Expression());
    }

    private JinjaException BadCall() => _stream.Fail("invalid syntax for function call expression");

    private JinjaExpression? Filters(JinjaExpression? value, bool isInline = false)
    {
        for (int chain = 0; isInline || _stream.SkipOperator("|"); Link(ref chain))
        {
            string name = DottedName();
            JinjaCallSite site = _stream.Current.IsOperator("(") ? CallSite() : JinjaCallSite.Empty;
            if (!_isSoft && !JinjaFilters.Exists(name)) _unknown.Add($"No filter named '{name}'.");
            value = new JinjaExpression.Filter(value, name, site);
            isInline = false;
        }
        return value;
    }

    private JinjaExpression Test(JinjaExpression value)
    {
        _stream.Next();
        bool negated = _stream.SkipName("not");
        string name = DottedName();
        JinjaCallSite site = TestArguments();
        if (!_isSoft && !JinjaTests.Exists(name)) _unknown.Add($"No test named '{name}'.");
        JinjaExpression test = new JinjaExpression.Test(value, name, site);
        return negated ? new JinjaExpression.Not(test) : test;
    }

    /// <summary><c>is divisibleby(3)</c>, or without parentheses <c>is divisibleby 3</c>.</summary>
    private JinjaCallSite TestArguments()
    {
        JinjaToken token = _stream.Current;
        if (token.IsOperator("(")) return CallSite();
        bool startsArgument = token.Kind is JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float || token.IsOperator("[")
            || token.IsOperator("{")
            || (token.Kind == JinjaTokenKind.Name && token.Text is not ("else" or "or" or "and"));
        if (!startsArgument) return JinjaCallSite.Empty;
        if (token.IsName("is")) throw _stream.Fail("You cannot chain multiple tests with is");
        Deeper();
        JinjaExpression argument = Postfix(Primary());
        _nesting--;
        return new JinjaCallSite([argument], []);
    }

    private string DottedName()
    {
        string name = _stream.Expect(JinjaTokenKind.Name).Text;
        for (int chain = 0; _stream.SkipOperator("."); Link(ref chain)) name += "." + _stream.Expect(JinjaTokenKind.Name).Text;
        return name;
    }
}
