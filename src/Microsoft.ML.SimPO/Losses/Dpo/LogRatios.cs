namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>A pair as a term sees it.</summary>
/// <param name="Chosen">log p - log p of the reference of the chosen answer, or what an f-divergence or a mean over tokens makes of it.</param>
/// <param name="Rejected">Of the rejected answer.</param>
internal readonly record struct LogRatios(double Chosen, double Rejected)
{
    /// <summary>
    /// By how much the chosen answer is ahead: of the rejected one, or of the answer of the step that a sorting loss matches it with.
    /// </summary>
    public double ChosenMargin { get; init; } = Chosen - Rejected;

    /// <summary>By how much the rejected answer is behind: the same margin, but for losses that sort both sides.</summary>
    public double RejectedMargin { get; init; } = Chosen - Rejected;
}
