namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>What a term makes of a pair.</summary>
/// <param name="Chosen">d Value / d the chosen answer's ratio.</param>
/// <param name="Rejected">d Value / d the rejected answer's ratio.</param>
internal readonly record struct TermLoss(double Value, double Chosen, double Rejected);
