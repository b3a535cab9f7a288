namespace Microsoft.ML.SimPO;

/// <summary>Limits whose effect the statistics tell beforehand; null for none.</summary>
/// <param name="Prompt">Longest prompt.</param>
/// <param name="Answer">Longest answer.</param>
/// <param name="Pair">Longest prompt together with the longer of its answers.</param>
public sealed record StatisticsLimits(int? Prompt = null, int? Answer = null, int? Pair = null);
