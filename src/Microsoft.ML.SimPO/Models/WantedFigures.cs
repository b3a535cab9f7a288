namespace Microsoft.ML.SimPO.Models;

/// <summary>What is wanted of scored tokens beside their log-probabilities. What is not wanted costs nothing.</summary>
/// <param name="LogSquares"><see cref="TokenFigures.LogSquares"/></param>
/// <param name="Distribution"><see cref="TokenFigures.Entropies"/>, <see cref="TokenFigures.Hits"/> and <see cref="TokenFigures.MeanLogits"/></param>
/// <param name="MeanLogits"><see cref="TokenFigures.MeanLogits"/> alone</param>
internal readonly record struct WantedFigures(bool LogSquares = false, bool Distribution = false, bool MeanLogits = false);
