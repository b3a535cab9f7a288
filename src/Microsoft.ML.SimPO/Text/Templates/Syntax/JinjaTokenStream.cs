namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>The tokens of a template, read one by one.</summary>
internal sealed class JinjaTokenStream(IReadOnlyList<JinjaToken> tokens)
{
    private int _index;

    public JinjaToken Current => tokens[_index];

    public JinjaToken Ahead => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    /// <summary>The current token, and on to the next; the last one, the end, stays.</summary>
    public JinjaToken Next()
    {
        JinjaToken token = Current;
        if (token.Kind != JinjaTokenKind.End) _index++;
        return token;
    }

    public bool SkipName(string name) => Skip(Current.IsName(name));

    public bool SkipOperator(string symbol) => Skip(Current.IsOperator(symbol));

    public JinjaToken Expect(JinjaTokenKind kind) =>
        Current.Kind == kind ? Next() : throw Unexpected(new JinjaToken(kind, kind.ToString().ToLowerInvariant(), 0).Describe());

    public void ExpectName(string name)
    {
        if (!SkipName(name)) throw Unexpected(name);
    }

    public void ExpectOperator(string symbol)
    {
        if (!SkipOperator(symbol)) throw Unexpected(symbol);
    }

    public JinjaException Fail(string detail) => JinjaException.Syntax(detail, Current.Line);

    private bool Skip(bool matches)
    {
        if (matches) Next();
        return matches;
    }

    private JinjaException Unexpected(string expected) => Current.Kind == JinjaTokenKind.End
        ? Fail($"unexpected end of template, expected '{expected}'.")
        : Fail($"expected token '{expected}', got '{Current.Describe()}'");
}
