using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

internal sealed partial class JinjaParser
{
    private JinjaExpression Expression(bool conditional = true) => conditional ? Conditional() : Or();

    private JinjaExpression Conditional()
    {
        Deeper();
        int unknown = _unknown.Count;
        JinjaExpression value = Or();
        for (int chain = 0; _stream.SkipName("if"); Link(ref chain))
        {
            JinjaExpression condition = Or();
            JinjaExpression? otherwise = _stream.SkipName("else") ? Conditional() : null;
            value = new JinjaExpression.Conditional(condition, value, otherwise);
            // A filter that does not exist is an error only when a conditional reaches it.
            _unknown.RemoveRange(unknown, _unknown.Count - unknown);
        }
        _nesting--;
        return value;
    }

    private JinjaExpression Or()
    {
        JinjaExpression left = And();
        for (int chain = 0; _stream.SkipName("or"); Link(ref chain)) left = new JinjaExpression.Or(left, And());
        return left;
    }

    private JinjaExpression And()
    {
        JinjaExpression left = Not();
        for (int chain = 0; _stream.SkipName("and"); Link(ref chain)) left = new JinjaExpression.And(left, Not());
        return left;
    }

    private JinjaExpression Not()
    {
        if (!_stream.SkipName("not")) return Comparison();
        Deeper();
        JinjaExpression operand = Not();
        _nesting--;
        return new JinjaExpression.Not(operand);
    }

    private JinjaExpression Comparison()
    {
        JinjaExpression first = Sum();
        var rest = new List<KeyValuePair<string, JinjaExpression>>();
        while (ComparisonOperator() is { } comparison) rest.Add(new(comparison, Sum()));
        return rest.Count == 0 ? first : new JinjaExpression.Comparison(first, rest);
    }

    private string? ComparisonOperator()
    {
        JinjaToken token = _stream.Current;
        if (token.Kind == JinjaTokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=") return _stream.Next().Text;
        if (_stream.SkipName("in")) return "in";
        if (!token.IsName("not") || !_stream.Ahead.IsName("in")) return null;
        _stream.Next();
        _stream.Next();
        return "not in";
    }

    private JinjaExpression Sum()
    {
        JinjaExpression left = Concatenation();
        for (int chain = 0; IsOperator("+", "-"); Link(ref chain)) left = new JinjaExpression.Binary(_stream.Next().Text, left, Concatenation());
        return left;
    }

    private JinjaExpression Concatenation()
    {
        JinjaExpression first = Product();
        if (!_stream.Current.IsOperator("~")) return first;
        List<JinjaExpression> items = [first];
        while (_stream.SkipOperator("~")) items.Add(Product());
        return new JinjaExpression.Concatenation(items);
    }

    private JinjaExpression Product()
    {
        JinjaExpression left = Power();
        for (int chain = 0; IsOperator("*", "/", "//", "%"); Link(ref chain)) left = new JinjaExpression.Binary(_stream.Next().Text, left, Power());
        return left;
    }

    private JinjaExpression Power()
    {
        JinjaExpression left = Unary();
        for (int chain = 0; IsOperator("**"); Link(ref chain)) left = new JinjaExpression.Binary(_stream.Next().Text, left, Unary());
        return left;
    }

    private JinjaExpression Unary(bool withFilter = true)
    {
        JinjaExpression value;
        if (IsOperator("-", "+"))
        {
            Deeper();
            value = new JinjaExpression.Sign(_stream.Next().Text == "-", Unary(withFilter: false));
            _nesting--;
        }
        else value = Primary();
        value = Postfix(value);
        return withFilter ? FilterExpression(value) : value;
    }

    private JinjaExpression Primary(bool allowsField = false)
    {
        JinjaToken token = _stream.Next();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name: return NameOrConstant(token.Text, allowsField);
            case JinjaTokenKind.Integer or JinjaTokenKind.Float: return new JinjaExpression.Constant(token.Number);
            case JinjaTokenKind.String: return AdjacentStrings(token.Text);
            case JinjaTokenKind.Operator when token.Text == "(":
                JinjaExpression inner = ExpressionOrTuple(parenthesized: true);
                _stream.ExpectOperator(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[": return new JinjaExpression.ListLiteral(Items("]", () => Expression()));
            case JinjaTokenKind.Operator when token.Text == "{": return new JinjaExpression.DictionaryLiteral(Items("}", Pair));
            default: throw JinjaException.Syntax($"unexpected '{token.Describe()}'", token.Line);
        }
    }

    private JinjaExpression NameOrConstant(string name, bool allowsField)
    {
        switch (name)
        {
            case "true" or "True": return new JinjaExpression.Constant(true);
            case "false" or "False": return new JinjaExpression.Constant(false);
            case "none" or "None": return new JinjaExpression.Constant(null);
        }
        if (allowsField && _stream.SkipOperator(".")) return new JinjaExpression.NamespaceField(name, _stream.Expect(JinjaTokenKind.Name).Text);
        foreach (HashSet<string> names in _namesOfMacros) names.Add(name);
        return new JinjaExpression.Name(name);
    }

    private JinjaExpression.Constant AdjacentStrings(string first)
    {
        if (_stream.Current.Kind != JinjaTokenKind.String) return new JinjaExpression.Constant(first);
        var text = new StringBuilder(first);
        while (_stream.Current.Kind == JinjaTokenKind.String) text.Append(_stream.Next().Text);
        return new JinjaExpression.Constant(text.ToString());
    }

    private KeyValuePair<JinjaExpression, JinjaExpression> Pair()
    {
        JinjaExpression key = Expression();
        _stream.ExpectOperator(":");
        return new(key, Expression());
    }

    private List<T> Items<T>(string end, Func<T> parse)
    {
        List<T> items = [];
        while (!_stream.Current.IsOperator(end))
        {
            if (items.Count > 0) _stream.ExpectOperator(",");
            if (_stream.Current.IsOperator(end)) break;
            items.Add(parse());
        }
        _stream.Next();
        return items;
    }

    /// <summary>One expression, or several with commas between, which are a tuple.</summary>
    private JinjaExpression ExpressionOrTuple(bool conditional = true, string? end = null, bool parenthesized = false) =>
        TupleOf(() => Expression(conditional), end, parenthesized);

    private JinjaExpression TupleOf(Func<JinjaExpression> parse, string? end, bool parenthesized = false)
    {
        List<JinjaExpression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0) _stream.ExpectOperator(",");
            if (IsTupleEnd(end)) break;
            items.Add(parse());
            if (!_stream.Current.IsOperator(",")) break;
            isTuple = true;
        }
        if (!isTuple && items.Count > 0) return items[0];
        if (!isTuple && !parenthesized) throw _stream.Fail($"Expected an expression, got '{_stream.Current.Describe()}'");
        return new JinjaExpression.TupleLiteral(items);
    }

    private bool IsTupleEnd(string? end) =>
        _stream.Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd || _stream.Current.IsOperator(")")
            || (end is not null && _stream.Current.IsName(end));

    private JinjaExpression AssignTarget(bool isLoop = false, bool allowsField = false)
    {
        JinjaExpression target = TupleOf(() => Primary(allowsField), isLoop ? "in" : null);
        RequireAssignable(target);
        return target;
    }

    private void RequireAssignable(JinjaExpression target)
    {
        if (target is JinjaExpression.Name or JinjaExpression.NamespaceField) return;
        if (target is not JinjaExpression.TupleLiteral tuple) throw _stream.Fail($"can't assign to '{Kind(target)}'");
        foreach (JinjaExpression item in tuple.Items) RequireAssignable(item);
    }

    private static string Kind(JinjaExpression target) => target switch
    {
        JinjaExpression.Constant => "const",
        JinjaExpression.ListLiteral => "list",
        JinjaExpression.DictionaryLiteral => "dict",
        _ => "expression",
    };

    private string ParameterName()
    {
        string name = _stream.Expect(JinjaTokenKind.Name).Text;
        return name is "true" or "false" or "none" or "True" or "False" or "None" ? throw _stream.Fail("can't assign to 'const'") : name;
    }

    private bool IsOperator(params ReadOnlySpan<string> symbols) => _stream.Current.Kind == JinjaTokenKind.Operator && symbols.Contains(_stream.Current.Text);

    private void Link(ref int chain)
    {
        if (++chain > MaxChain) throw _stream.Fail($"The template chains more than {MaxChain} operators.");
    }
}
