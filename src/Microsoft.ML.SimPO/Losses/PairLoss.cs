namespace Microsoft.ML.SimPO.Losses;

/// <summary>A pair's share of its step's loss.</summary>
/// <param name="Value">The share, its weight included.</param>
/// <param name="ChosenDerivative">d Value / d log p of each chosen token.</param>
/// <param name="RejectedDerivative">d Value / d log p of each rejected token.</param>
internal readonly record struct PairLoss(double Value, double ChosenDerivative, double RejectedDerivative);
