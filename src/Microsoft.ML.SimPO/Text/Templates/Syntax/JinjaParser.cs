namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>Parses a template by Jinja2's grammar, with the tags that transformers adds: break, continue, generation.</summary>
/// <remarks>Nesting is bounded, so neither the parser nor whoever walks the result runs out of stack.</remarks>
internal sealed partial class JinjaParser
{
    private const int MaxNesting = 100;
    private const int MaxChain = 500;

    private readonly JinjaTokenStream _stream;
    private readonly List<HashSet<string>> _namesOfMacros = [];
    private readonly HashSet<string> _blocks = new(StringComparer.Ordinal);
    private readonly List<string> _unknown = [];
    private readonly Stack<string> _openTags = new();
    private int _nesting;
    private int _loops;
    private bool _isSoft;
    private string? _strayTag;

    private JinjaParser(JinjaTokenStream stream) => _stream = stream;

    /// <exception cref="JinjaException">TemplateSyntaxError, TemplateAssertionError or SyntaxError.</exception>
    public static IReadOnlyList<JinjaStatement> Parse(string template)
    {
        var parser = new JinjaParser(new JinjaTokenStream(JinjaLexer.Tokenize(template)));
        IReadOnlyList<JinjaStatement> body = parser.Statements([]);
        if (parser._unknown.Count > 0) throw new JinjaException("TemplateAssertionError", parser._unknown[0]);
        if (parser._strayTag is { } tag) throw new JinjaException("SyntaxError", $"'{tag}' outside loop");
        return body;
    }

    /// <summary>
    /// Statements up to one of the tags <paramref name="ends"/>, which stays the current token, or up to the end of the template where there are none.
    /// </summary>
    private List<JinjaStatement> Statements(string[] ends)
    {
        Deeper();
        var body = new List<JinjaStatement>();
        while (true)
        {
            JinjaToken token = _stream.Next();
            if (token.Kind == JinjaTokenKind.Data) body.Add(new JinjaStatement.Text(token.Text));
            else if (token.Kind == JinjaTokenKind.VariableBegin) body.Add(PrintedTuple());
            else if (token.Kind == JinjaTokenKind.BlockBegin)
            {
                if (_stream.Current.Kind == JinjaTokenKind.Name && ends.Contains(_stream.Current.Text)) break;
                body.Add(Statement());
                _stream.Expect(JinjaTokenKind.BlockEnd);
            }
            else if (ends.Length == 0) break;
            else throw UnclosedTag(ends);
        }
        _nesting--;
        return body;
    }

    private JinjaStatement.Print PrintedTuple()
    {
        JinjaExpression value = ExpressionOrTuple();
        _stream.Expect(JinjaTokenKind.VariableEnd);
        return new JinjaStatement.Print([value]);
    }

    /// <summary>The body of a block tag: behind the tag's end up to <paramref name="end"/>, both included.</summary>
    private List<JinjaStatement> Body(string end)
    {
        List<JinjaStatement> body = BodyUpTo(end);
        _stream.Next();
        return body;
    }

    private List<JinjaStatement> BodyUpTo(params string[] ends)
    {
        _stream.SkipOperator(":");
        _stream.Expect(JinjaTokenKind.BlockEnd);
        return Statements(ends);
    }

    private JinjaStatement Statement()
    {
        JinjaToken tag = _stream.Current;
        if (tag.Kind != JinjaTokenKind.Name) throw _stream.Fail("tag name expected");
        _stream.Next();
        _openTags.Push(tag.Text);
        JinjaStatement statement = tag.Text switch
        {
            "for" => For(),
            "if" => If(),
            "set" => Set(),
            "macro" => Macro(),
            "call" => CallBlock(),
            "filter" => FilterBlock(),
            "with" => With(),
            "block" => Block(),
            "generation" => new JinjaStatement.Scoped(Isolated(() => Body("endgeneration"))),
            "print" => Print(),
            "break" => Leap(tag.Text, new JinjaStatement.Break()),
            "continue" => Leap(tag.Text, new JinjaStatement.Continue()),
            "include" or "extends" => Load(),
            "import" or "from" => Import(tag.Text == "from"),
            _ => throw UnknownTag(tag),
        };
        _openTags.Pop();
        return statement;
    }

    private JinjaException UnknownTag(JinjaToken tag)
    {
        if (tag.Text is "autoescape" or "trans" or "do" or "debug") return JinjaException.Syntax($"The tag '{tag.Text}' is not supported.", tag.Line);
        _openTags.Pop();
        string open = _openTags.TryPeek(out string? innermost) ? $" The innermost block that needs to be closed is '{innermost}'." : "";
        return JinjaException.Syntax($"Encountered unknown tag '{tag.Text}'.{open}", tag.Line);
    }

    private JinjaException UnclosedTag(string[] ends) => _stream.Fail(
        $"Unexpected end of template. Jinja was looking for the following tags: '{string.Join("' or '", ends)}'. The innermost block that needs to be closed "
            + $"is '{_openTags.Peek()}'.");

    /// <summary>A body that Jinja2 compiles to a function of its own: no loop outside is its loop.</summary>
    private List<JinjaStatement> Isolated(Func<List<JinjaStatement>> parse)
    {
        (int loops, bool soft) = (_loops, _isSoft);
        (_loops, _isSoft) = (0, false);
        List<JinjaStatement> body = parse();
        (_loops, _isSoft) = (loops, soft);
        return body;
    }

    private void Deeper()
    {
        if (++_nesting > MaxNesting) throw _stream.Fail($"The template nests more than {MaxNesting} levels deep.");
    }
}
