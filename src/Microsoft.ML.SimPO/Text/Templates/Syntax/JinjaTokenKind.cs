namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

internal enum JinjaTokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}
