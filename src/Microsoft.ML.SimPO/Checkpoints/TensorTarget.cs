namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Where a tensor of a checkpoint is to be read to.</summary>
/// <param name="Name">The name in the checkpoint.</param>
/// <param name="Destination">
/// Address of the first of <paramref name="Count"/> float32 values, in memory that stays in place and on this machine's processor.
/// </param>
/// <param name="Count">The number of elements; must be the tensor's own.</param>
internal readonly record struct TensorTarget(string Name, nint Destination, long Count);
