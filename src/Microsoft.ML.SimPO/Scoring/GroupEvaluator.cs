using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Log-probabilities of any number of prompts with their answers, without gradients.</summary>
/// <param name="tokensPerBatch">At most so many rows a forward pass; a longer group is one by itself.</param>
/// <inheritdoc cref="GroupScorer" path="/param"/>
internal sealed class GroupEvaluator(Decoder decoder, int tokensPerBatch, ITokenScoring? scoring = null)
{
    /// <param name="balance">Counts how tokens are routed; null for nothing.</param>
    /// <returns>In the order of <paramref name="groups"/>.</returns>
    public GroupScore[] Score(IReadOnlyList<EncodedPrompt> groups, CancellationToken cancellationToken, RouterBalance? balance = null)
    {
        var scorer = new GroupScorer(decoder, scoring);
        var scores = new GroupScore[groups.Count];
        foreach (int[] batch in PassCutter.Cut(Enumerable.Range(0, groups.Count), groups, tokensPerBatch))
        {
            GroupScore[] found = scorer.Score([.. batch.Select(i => groups[i])], balance, cancellationToken);
            foreach ((int index, GroupScore score) in batch.Zip(found)) scores[index] = score;
        }
        return scores;
    }

    /// <summary>The figures of a loss over batches of groups.</summary>
    /// <param name="batches">Indices into <paramref name="groups"/>.</param>
    /// <param name="weights">Of each batch's loss; null for its groups.</param>
    /// <param name="routerWeight">The weight of the routers' auxiliary loss, which is that of each batch; 0 for none.</param>
    public (GroupScore[] Scores, EvaluationFigures Figures) Judge(
        IReadOnlyList<EncodedPrompt> groups, IReadOnlyList<int[]> batches, IAlignmentLoss loss, IReadOnlyList<int>? weights, double routerWeight,
        CancellationToken cancellationToken)
    {
        if (routerWeight == 0)
        {
            GroupScore[] all = Score(groups, cancellationToken);
            return (all, EvaluationFigures.Of(all, batches, loss, weights));
        }
        var scores = new GroupScore[groups.Count];
        RouterBalance[] balances = [.. batches.Select(_ => new RouterBalance(routerWeight))];
        foreach ((int[] batch, RouterBalance balance) in batches.Zip(balances))
            foreach ((int index, GroupScore score) in batch.Zip(Score([.. batch.Select(i => groups[i])], cancellationToken, balance))) scores[index] = score;
        return (scores, EvaluationFigures.Of(scores, batches, loss, weights, balances));
    }
}
