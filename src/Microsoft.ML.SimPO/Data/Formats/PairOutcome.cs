namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>A pair made of the input, or why there is none.</summary>
internal readonly record struct PairOutcome(PreferenceRow? Row, RowFault? Fault, RowLocation Location);
