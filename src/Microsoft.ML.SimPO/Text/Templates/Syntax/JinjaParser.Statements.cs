namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

internal sealed partial class JinjaParser
{
    private JinjaStatement.For For()
    {
        JinjaExpression target = AssignTarget(isLoop: true);
        _stream.ExpectName("in");
        bool wasSoft = _isSoft;
        JinjaExpression iterated = ExpressionOrTuple(conditional: false, end: "recursive");
        _isSoft = false;
        JinjaExpression? condition = _stream.SkipName("if") ? Expression() : null;
        bool recursive = _stream.SkipName("recursive");
        _loops++;
        List<JinjaStatement> body = BodyUpTo("endfor", "else");
        _loops--;
        List<JinjaStatement> otherwise = _stream.Next().Text == "endfor" ? [] : Body("endfor");
        _isSoft = wasSoft;
        return new JinjaStatement.For(target, iterated, condition, recursive, body, otherwise);
    }

    private JinjaStatement.If If()
    {
        bool wasSoft = _isSoft;
        _isSoft = true;
        var branches = new List<KeyValuePair<JinjaExpression, IReadOnlyList<JinjaStatement>>>();
        List<JinjaStatement> otherwise = [];
        string end;
        do
        {
            JinjaExpression condition = ExpressionOrTuple(conditional: false);
            branches.Add(new(condition, BodyUpTo("elif", "else", "endif")));
            end = _stream.Next().Text;
        }
        while (end == "elif");
        if (end == "else") otherwise = Body("endif");
        _isSoft = wasSoft;
        return new JinjaStatement.If(branches, otherwise);
    }

    private JinjaStatement Set()
    {
        JinjaExpression target = AssignTarget(allowsField: true);
        if (_stream.SkipOperator("=")) return new JinjaStatement.Set(target, ExpressionOrTuple());
        JinjaExpression? filter = Filters(null);
        return new JinjaStatement.SetBlock(target, filter, Body("endset"));
    }

    private JinjaStatement.FilterBlock FilterBlock()
    {
        JinjaExpression filter = Filters(null, isInline: true)!;
        return new JinjaStatement.FilterBlock(filter, Body("endfilter"));
    }

    private JinjaStatement.With With()
    {
        var values = new List<KeyValuePair<JinjaExpression, JinjaExpression>>();
        while (_stream.Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (values.Count > 0) _stream.ExpectOperator(",");
            JinjaExpression target = AssignTarget();
            _stream.ExpectOperator("=");
            values.Add(new(target, Expression()));
        }
        return new JinjaStatement.With(values, Body("endwith"));
    }

    private JinjaStatement.Scoped Block()
    {
        string name = _stream.Expect(JinjaTokenKind.Name).Text;
        if (!_blocks.Add(name)) throw _stream.Fail($"block '{name}' defined twice");
        _stream.SkipName("scoped");
        if (_stream.Current.IsName("required")) throw _stream.Fail("'block' tags with 'required' are not supported.");
        List<JinjaStatement> body = Isolated(() => Body("endblock"));
        _stream.SkipName(name);
        return new JinjaStatement.Scoped(body);
    }

    private JinjaStatement.Print Print()
    {
        var values = new List<JinjaExpression>();
        while (_stream.Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (values.Count > 0) _stream.ExpectOperator(",");
            values.Add(Expression());
        }
        return new JinjaStatement.Print(values);
    }

    private JinjaStatement.Load Load()
    {
        JinjaExpression template = Expression();
        SkipToBlockEnd();
        return new JinjaStatement.Load(template);
    }

    private JinjaStatement.Load Import(bool isFrom)
    {
        JinjaExpression template = Expression();
        _stream.ExpectName(isFrom ? "import" : "as");
        _stream.Expect(JinjaTokenKind.Name);
        SkipToBlockEnd();
        return new JinjaStatement.Load(template);
    }

    /// <summary>What follows in an include or import does not matter: it always fails when it runs.</summary>
    private void SkipToBlockEnd()
    {
        while (_stream.Current.Kind is JinjaTokenKind.Name or JinjaTokenKind.Operator) _stream.Next();
    }

    private JinjaStatement Leap(string tag, JinjaStatement statement)
    {
        if (_loops == 0) _strayTag ??= tag;
        return statement;
    }
}
