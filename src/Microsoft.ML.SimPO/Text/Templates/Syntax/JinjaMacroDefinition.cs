namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>A macro as written. The last <c>Defaults.Count</c> parameters have defaults.</summary>
internal sealed record JinjaMacroDefinition(
    string? Name,
    IReadOnlyList<string> Parameters,
    IReadOnlyList<JinjaExpression> Defaults,
    IReadOnlyList<JinjaStatement> Body,
    bool UsesCaller,
    bool UsesKeywords,
    bool UsesVariadic);
