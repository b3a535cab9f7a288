using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What a model says of scored tokens, in nats; all but the first are empty where nobody asks.</summary>
/// <param name="LogProbabilities">log p(token | before); of a reward model what the text up to there is worth</param>
/// <param name="LogSquares">log of the sum of the squares of all probabilities at its place</param>
/// <param name="Entropies">of the distribution at its place</param>
/// <param name="Hits">1 where no token is likelier at its place, else 0</param>
/// <param name="MeanLogits">the mean over the vocabulary of the logits at its place</param>
internal sealed record TokenFigures(float[] LogProbabilities, float[] LogSquares, float[] Entropies, float[] Hits, float[] MeanLogits)
{
    /// <summary>Rows whose squares are computed at a time.</summary>
    private const long Block = 16;

    /// <summary>Turns logits in place into probabilities.</summary>
    /// <param name="logits">[M, vocabulary], rows without gaps</param>
    /// <param name="targets">[M, 1] int64</param>
    /// <param name="wanted">What else is wanted of the rows.</param>
    public static TokenFigures OfLogits(Tensor logits, Tensor targets, WantedFigures wanted)
    {
        if (wanted.Distribution)
        {
            (Tensor logProbabilities, Tensor found) = FusedOperations.SoftmaxInPlaceWithFacts(logits, targets);
            float[] all = Values(found); // [M, 3]
            float[] Column(int column) => [.. Enumerable.Range(0, all.Length / 3).Select(i => all[(3 * i) + column])];
            return new TokenFigures(Values(logProbabilities), Squares(logits, wanted.LogSquares), Column(0), Column(1), Column(2));
        }
        (Tensor plain, Tensor? means) =
            wanted.MeanLogits ? FusedOperations.SoftmaxInPlaceWithMeans(logits, targets) : (FusedOperations.SoftmaxInPlace(logits, targets), null);
        return new TokenFigures(Values(plain), Squares(logits, wanted.LogSquares), [], [], means is null ? [] : Values(means));
    }

    /// <param name="logits">[M, 1]</param>
    public static TokenFigures OfRewards(Tensor logits)
    {
        using Tensor rewards = logits.squeeze(1);
        return new TokenFigures(Values(rewards), [], [], [], []);
    }

    public static TokenFigures Joined(IReadOnlyList<TokenFigures> parts) =>
        new(
            [.. parts.SelectMany(p => p.LogProbabilities)], [.. parts.SelectMany(p => p.LogSquares)], [.. parts.SelectMany(p => p.Entropies)],
            [.. parts.SelectMany(p => p.Hits)], [.. parts.SelectMany(p => p.MeanLogits)]);

    /// <summary>A few rows at a time, for the squares take as much memory as the rows.</summary>
    private static float[] Squares(Tensor probabilities, bool areWanted)
    {
        float[] values = new float[areWanted ? probabilities.shape[0] : 0];
        for (long from = 0; from < values.Length; from += Block)
        {
            using DisposeScope scope = NewDisposeScope();
            Values(probabilities.narrow(0, from, Math.Min(Block, values.Length - from)).square().sum(1).log()).CopyTo(values, from);
        }
        return values;
    }

    private static float[] Values(Tensor tensor) => tensor.cpu().data<float>().ToArray();
}
