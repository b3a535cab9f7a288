using System.Numerics;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The data, the name, the operator, or the value of a string.</param>
/// <param name="Line">The line it stands on, from 1.</param>
/// <param name="Number">The value of an integer (<see cref="long"/> or <see cref="BigInteger"/>) or of a float (<see cref="double"/>).</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line, object? Number = null)
{
    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;

    public bool IsOperator(string symbol) => Kind == JinjaTokenKind.Operator && Text == symbol;

    /// <summary>The token as messages name it.</summary>
    public string Describe() => Kind switch
    {
        JinjaTokenKind.Data => "template data / text",
        JinjaTokenKind.BlockBegin => "begin of statement block",
        JinjaTokenKind.BlockEnd => "end of statement block",
        JinjaTokenKind.VariableBegin => "begin of print statement",
        JinjaTokenKind.VariableEnd => "end of print statement",
        JinjaTokenKind.End => "end of template",
        _ => Text,
    };
}
