namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Scored tokens that stand one after another in <see cref="PackedBatch.ScoredRows"/>.</summary>
internal readonly record struct ScoredSpan(int Start, int Count);
