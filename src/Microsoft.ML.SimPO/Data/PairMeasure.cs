namespace Microsoft.ML.SimPO.Data;

/// <summary>How long a pair is, and in what unit.</summary>
/// <param name="Unit">`tokens` or `characters`.</param>
/// <param name="Lengths">Measures a pair.</param>
internal sealed record PairMeasure(string Unit, Func<PreferenceRow, PairLengths> Lengths)
{
    public static PairMeasure Characters { get; } = new("characters", PairLengths.InCharacters);
}
