namespace Microsoft.ML.SimPO;

/// <summary>Rows that were dropped for one reason, with the first of them as an example.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
/// <param name="ExamplePlace">File and line (or row) of the first.</param>
/// <param name="Example">What was wrong with the first: field, what was expected and what was found.</param>
public sealed record DroppedRows(DropReason Reason, long Count, string ExamplePlace, string Example);
