using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What a forward pass found of a prompt with its answers.</summary>
internal readonly record struct GroupResult(GroupScore Score, GroupLoss Loss);
