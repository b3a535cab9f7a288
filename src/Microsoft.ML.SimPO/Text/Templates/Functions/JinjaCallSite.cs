using Microsoft.ML.SimPO.Text.Templates.Syntax;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The arguments of a call as written: <c>f(1, key=2, *more, **named)</c>.</summary>
internal sealed record JinjaCallSite(
    IReadOnlyList<JinjaExpression> Positional,
    IReadOnlyList<KeyValuePair<string, JinjaExpression>> Keywords,
    JinjaExpression? More = null,
    JinjaExpression? Named = null)
{
    public static JinjaCallSite Empty { get; } = new([], []);
}
