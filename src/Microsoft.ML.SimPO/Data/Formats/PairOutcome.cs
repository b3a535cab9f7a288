namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>A pair made of the input, or why there is none.</summary>
internal readonly record struct PairOutcome(PreferenceRow? Row, RowFault? Fault, RowLocation Location)
{
    /// <summary>What is odd about it, without its place: counted, and told with the first place.</summary>
    public string? Warning { get; init; }
}
