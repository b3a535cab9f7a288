namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>A row as its container gave it: its fields, or what was wrong with it.</summary>
internal readonly record struct SourceRow(FieldRecord? Fields, RowFault? Fault, RowLocation Location);
