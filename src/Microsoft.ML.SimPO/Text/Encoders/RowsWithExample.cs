namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Some rows, and the first of them.</summary>
/// <param name="Count">How many.</param>
/// <param name="Row">The number of the first.</param>
/// <param name="Example">What it is like.</param>
internal sealed record RowsWithExample(long Count, long Row, string Example);
