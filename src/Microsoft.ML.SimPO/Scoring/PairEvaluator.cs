using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Log-probabilities of any number of encoded pairs, without gradients.</summary>
/// <param name="tokensPerBatch">At most so many rows a forward pass; a longer pair is one by itself.</param>
internal sealed class PairEvaluator(Decoder decoder, int tokensPerBatch)
{
    /// <returns>In the order of the pairs.</returns>
    public GroupScore[] Score(IReadOnlyList<EncodedPair> pairs, CancellationToken cancellationToken)
    {
        var scorer = new PairScorer(decoder);
        return [.. PassCutter.Cut(Enumerable.Range(0, pairs.Count), pairs, tokensPerBatch).SelectMany(batch => scorer.Score([.. batch.Select(i => pairs[i])], cancellationToken))];
    }
}
