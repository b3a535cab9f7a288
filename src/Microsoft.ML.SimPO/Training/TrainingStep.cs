namespace Microsoft.ML.SimPO.Training;

/// <summary>What one optimizer step is made of.</summary>
/// <param name="MicroBatches">Indices of pairs, one list for each forward and backward pass.</param>
/// <param name="Epoch">Epochs done when the step ends, with their fraction.</param>
internal sealed record TrainingStep(IReadOnlyList<int[]> MicroBatches, double Epoch)
{
    public int PairCount => MicroBatches.Sum(m => m.Length);
}
