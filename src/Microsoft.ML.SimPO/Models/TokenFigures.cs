using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What a model says of scored tokens, in nats; all but the first are empty where nobody asks.</summary>
/// <param name="LogProbabilities">log p(token | before); of a reward model what the text up to there is worth</param>
/// <param name="LogSquares">log of the sum of the squares of all probabilities at its place</param>
/// <param name="Entropies">of the distribution at its place</param>
/// <param name="Hits">1 where no token is likelier at its place, else 0</param>
internal sealed record TokenFigures(float[] LogProbabilities, float[] LogSquares, float[] Entropies, float[] Hits)
{
    /// <summary>Rows whose entropy is computed at a time.</summary>
    private const long Block = 16;

    /// <param name="logProbabilities">[M], of the targets</param>
    /// <param name="probabilities">[M, vocabulary]</param>
    /// <param name="targets">[M, 1] int64</param>
    public static TokenFigures Of(Tensor logProbabilities, Tensor probabilities, Tensor targets, bool logSquares, bool entropies, bool hits) =>
        new(
            Values(logProbabilities),
            logSquares ? OfRows(probabilities, p => p.square().sum(1).log()) : [],
            entropies ? OfRows(probabilities, p => special.entr(p).sum(1)) : [],
            hits ? Values(probabilities.gather(1, targets).squeeze(1).ge(probabilities.amax([1])).to(float32)) : []);

    public static TokenFigures Joined(IReadOnlyList<TokenFigures> parts) =>
        new(
            [.. parts.SelectMany(p => p.LogProbabilities)], [.. parts.SelectMany(p => p.LogSquares)], [.. parts.SelectMany(p => p.Entropies)],
            [.. parts.SelectMany(p => p.Hits)]);

    /// <summary>A few rows at a time, for the terms of a sum take as much memory as the rows.</summary>
    private static float[] OfRows(Tensor probabilities, Func<Tensor, Tensor> figure)
    {
        float[] values = new float[probabilities.shape[0]];
        for (long from = 0; from < values.Length; from += Block)
        {
            using DisposeScope scope = NewDisposeScope();
            Values(figure(probabilities.narrow(0, from, Math.Min(Block, values.Length - from)))).CopyTo(values, from);
        }
        return values;
    }

    private static float[] Values(Tensor tensor) => tensor.cpu().data<float>().ToArray();
}
