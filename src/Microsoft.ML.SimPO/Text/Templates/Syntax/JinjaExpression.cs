using Microsoft.ML.SimPO.Text.Templates.Functions;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>An expression of a template, as the parser understood it.</summary>
internal abstract record JinjaExpression
{
    internal sealed record Constant(object? Value) : JinjaExpression;

    internal sealed record Name(string Identifier) : JinjaExpression;

    /// <summary><c>ns.field</c> as the target of a set.</summary>
    internal sealed record NamespaceField(string Namespace, string Field) : JinjaExpression;

    internal sealed record TupleLiteral(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

    internal sealed record ListLiteral(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

    internal sealed record DictionaryLiteral(IReadOnlyList<KeyValuePair<JinjaExpression, JinjaExpression>> Items) : JinjaExpression;

    internal sealed record Attribute(JinjaExpression Target, string Member) : JinjaExpression;

    internal sealed record Item(JinjaExpression Target, JinjaExpression Index) : JinjaExpression;

    internal sealed record Slice(JinjaExpression? Start, JinjaExpression? Stop, JinjaExpression? Step) : JinjaExpression;

    internal sealed record Call(JinjaExpression Callee, JinjaCallSite Site) : JinjaExpression;

    /// <summary>A filter; without a target in <c>{% filter %}</c> and <c>{% set x | f %}</c>, where it gets the block's text.</summary>
    internal sealed record Filter(JinjaExpression? Target, string FilterName, JinjaCallSite Site) : JinjaExpression;

    internal sealed record Test(JinjaExpression Target, string TestName, JinjaCallSite Site) : JinjaExpression;

    internal sealed record Not(JinjaExpression Operand) : JinjaExpression;

    internal sealed record Sign(bool IsNegative, JinjaExpression Operand) : JinjaExpression;

    internal sealed record Binary(string Operator, JinjaExpression Left, JinjaExpression Right) : JinjaExpression;

    internal sealed record And(JinjaExpression Left, JinjaExpression Right) : JinjaExpression;

    internal sealed record Or(JinjaExpression Left, JinjaExpression Right) : JinjaExpression;

    /// <summary><c>a &lt; b &lt;= c</c>; the operators are Python's, <c>in</c> and <c>not in</c> among them.</summary>
    internal sealed record Comparison(JinjaExpression First, IReadOnlyList<KeyValuePair<string, JinjaExpression>> Rest) : JinjaExpression;

    internal sealed record Concatenation(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

    internal sealed record Conditional(JinjaExpression Condition, JinjaExpression Then, JinjaExpression? Else) : JinjaExpression;
}
