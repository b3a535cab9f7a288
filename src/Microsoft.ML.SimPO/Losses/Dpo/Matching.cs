namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>Which answers of a step a margin is between.</summary>
internal enum Matching
{
    /// <summary>Those of a pair.</summary>
    Pairs,

    /// <summary>The margins of the step, sorted, and those of the reference, sorted.</summary>
    SortedMargins,

    /// <summary>The ratios of the chosen answers of the step, sorted, and those of the rejected ones, sorted.</summary>
    SortedRatios,
}
