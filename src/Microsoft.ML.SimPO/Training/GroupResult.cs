using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What a forward pass found of a prompt with its answers.</summary>
/// <param name="Index">Which one of the data set it is.</param>
internal readonly record struct GroupResult(int Index, GroupScore Score, GroupLoss Loss);
