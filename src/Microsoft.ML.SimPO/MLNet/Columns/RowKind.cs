namespace Microsoft.ML.SimPO;

/// <summary>What a row of the data holds.</summary>
public enum RowKind
{
    /// <summary>A prompt with a chosen and a rejected answer. The default.</summary>
    Pairs,

    /// <summary>A prompt with one answer, in the column <see cref="ScoringOptions.ResponseColumnName"/>.</summary>
    Responses,

    /// <summary>A text, in the column <see cref="ScoringOptions.TextColumnName"/>, which no chat template is applied to.</summary>
    Texts,
}
