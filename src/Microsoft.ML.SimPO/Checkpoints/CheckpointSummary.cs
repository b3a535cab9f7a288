namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What a checkpoint was written as.</summary>
/// <param name="Files">The number of weight files.</param>
/// <param name="Parameters">The number of values.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Changed">How many values tuning had changed; known when rounding to bfloat16 and the source's weights are there.</param>
/// <param name="PutBack">How many of those rounding made equal to the source's, rounded alike, again.</param>
internal sealed record CheckpointSummary(int Files, long Parameters, long Bytes, long? Changed, long? PutBack);
