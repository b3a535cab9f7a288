namespace Microsoft.ML.SimPO.Data;

/// <summary>A value and what a message calls it.</summary>
internal readonly record struct NamedValue(string Name, FieldValue Value);
