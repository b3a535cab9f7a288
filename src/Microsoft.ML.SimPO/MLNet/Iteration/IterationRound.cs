namespace Microsoft.ML.SimPO;

/// <summary>A round of sampling, scoring, tuning and judging.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Folder">Where its answers, pairs, run and model lie.</param>
/// <param name="Pairs">Pairs that it learnt from.</param>
/// <param name="MeanScore">Mean score of the answers that the pairs were made of: those of the model before it.</param>
/// <param name="Verdict">Over the answers to the held-out prompts of the model that came of it: their mean score, or the win rate.</param>
public sealed record IterationRound(int Round, string Folder, int Pairs, double MeanScore, double Verdict);
