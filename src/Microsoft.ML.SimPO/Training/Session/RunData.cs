using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Pairs that a run learns from or is judged by, and what became of the rows that they were made of.</summary>
internal sealed record RunData(IReadOnlyList<EncodedPrompt> Pairs, PairCounts Counts);
