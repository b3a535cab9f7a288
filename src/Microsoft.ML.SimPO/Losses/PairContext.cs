namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a pair weighs in its step, known before the step's first backward pass.</summary>
/// <param name="PairWeight">The factor of a pair's own loss: 1 / (pairs in the step) where each pair weighs the same.</param>
/// <param name="ChosenTokenWeight">The factor of a chosen token's negative log-probability in a token mean; 0 where no term uses it.</param>
internal readonly record struct PairContext(double PairWeight, double ChosenTokenWeight = 0);
