namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>A mixture of experts in place of one MLP: each token goes through the few experts that its router prefers.</summary>
/// <param name="Count">How many experts a layer has.</param>
/// <param name="PerToken">How many of them compute a token.</param>
/// <param name="IntermediateSize">The inner size of one expert.</param>
/// <param name="Renormalizes">Whether the probabilities of the chosen experts are divided by their sum before they weigh.</param>
internal sealed record ExpertArchitecture(int Count, int PerToken, int IntermediateSize, bool Renormalizes);
