namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Where a pair's scored tokens stand in <see cref="PackedBatch.ScoredRows"/>: the chosen answer's, then the rejected one's.</summary>
/// <param name="Index">Which pair of the data set it is.</param>
/// <param name="Start">The first scored row.</param>
internal readonly record struct PackedPair(int Index, int Start, int ChosenCount, int RejectedCount)
{
    public int Count => ChosenCount + RejectedCount;
}
