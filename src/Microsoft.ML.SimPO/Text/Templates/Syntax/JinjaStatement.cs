namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>A statement of a template, as the parser understood it.</summary>
internal abstract record JinjaStatement
{
    internal sealed record Text(string Value) : JinjaStatement;

    internal sealed record Print(IReadOnlyList<JinjaExpression> Values) : JinjaStatement;

    internal sealed record If(IReadOnlyList<KeyValuePair<JinjaExpression, IReadOnlyList<JinjaStatement>>> Branches, IReadOnlyList<JinjaStatement> Else)
        : JinjaStatement;

    internal sealed record For(
        JinjaExpression Target,
        JinjaExpression Iterated,
        JinjaExpression? Condition,
        bool IsRecursive,
        IReadOnlyList<JinjaStatement> Body,
        IReadOnlyList<JinjaStatement> Else) : JinjaStatement;

    internal sealed record Set(JinjaExpression Target, JinjaExpression Value) : JinjaStatement;

    internal sealed record SetBlock(JinjaExpression Target, JinjaExpression? Filter, IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    internal sealed record FilterBlock(JinjaExpression Filter, IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    internal sealed record With(IReadOnlyList<KeyValuePair<JinjaExpression, JinjaExpression>> Values, IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    internal sealed record Macro(JinjaMacroDefinition Definition) : JinjaStatement;

    internal sealed record CallBlock(JinjaExpression.Call Call, JinjaMacroDefinition Caller) : JinjaStatement;

    /// <summary>A <c>block</c> or <c>generation</c>: what it sets stays inside.</summary>
    internal sealed record Scoped(IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    /// <summary><c>include</c>, <c>import</c>, <c>extends</c>: there is nothing to load from.</summary>
    internal sealed record Load(JinjaExpression Template) : JinjaStatement;

    internal sealed record Break : JinjaStatement;

    internal sealed record Continue : JinjaStatement;
}
