using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What a forward pass found of a pair.</summary>
/// <param name="Index">Which pair of the data set it is.</param>
internal readonly record struct PairResult(int Index, PairLogProbabilities LogProbabilities, PairLoss Loss);
