using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>A value and what a message calls it.</summary>
internal readonly record struct NamedValue(string Name, FieldValue Value);
