namespace Microsoft.ML.SimPO.Data;

/// <summary>A preference pair and where it was read, so that whoever drops it can say which it was.</summary>
internal readonly record struct LocatedRow(PreferenceRow Row, RowLocation Location);
