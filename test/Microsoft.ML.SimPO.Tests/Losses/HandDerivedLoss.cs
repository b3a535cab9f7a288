namespace Microsoft.ML.SimPO.Losses;

/// <summary>A loss at a point where its value and derivatives were found by hand.</summary>
internal sealed record HandDerivedLoss(IAlignmentLoss Loss, GroupScore Group, GroupContext Context, GroupLoss Expected);
