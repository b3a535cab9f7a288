using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Log-probabilities of any number of prompts with their answers, without gradients.</summary>
/// <param name="tokensPerBatch">At most so many rows a forward pass; a longer group is one by itself.</param>
/// <inheritdoc cref="GroupScorer" path="/param"/>
internal sealed class GroupEvaluator(Decoder decoder, int tokensPerBatch, ITokenScoring? scoring = null)
{
    /// <returns>In the order of <paramref name="groups"/>.</returns>
    public GroupScore[] Score(IReadOnlyList<EncodedPrompt> groups, CancellationToken cancellationToken)
    {
        var scorer = new GroupScorer(decoder, scoring);
        var scores = new GroupScore[groups.Count];
        foreach (int[] batch in PassCutter.Cut(Enumerable.Range(0, groups.Count), groups, tokensPerBatch))
            foreach ((int index, GroupScore score) in batch.Zip(scorer.Score([.. batch.Select(i => groups[i])], cancellationToken))) scores[index] = score;
        return scores;
    }
}
