using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Experts;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>What the loss and the rewards are on prompts that are not trained on, as Hugging Face's trainers name them with <c>eval_</c> before.</summary>
internal sealed record EvaluationFigures(
    double Loss, double ChosenReward, double RejectedReward, double Accuracy, double Margin, double ChosenLogProbability, double RejectedLogProbability)
{
    /// <summary>The method's own.</summary>
    public IReadOnlyDictionary<string, double> MethodMetrics
    {
        get;
        init => field = MethodFigures.Of(value);
    } = MethodFigures.None;

    /// <summary>
    /// The loss is weighted by groups; every other figure is the plain mean over batches, the trainers' own habit. With one batch of all groups, each weighs
    /// the same.
    /// </summary>
    /// <param name="scores">Of each prompt with its answers.</param>
    /// <param name="batches">Indices into <paramref name="scores"/>.</param>
    /// <param name="weights">Of each batch's loss; null for its groups.</param>
    /// <param name="balances">What balanced the routers in each batch, whose auxiliary loss is part of the loss; null for nothing.</param>
    public static EvaluationFigures Of(
        IReadOnlyList<GroupScore> scores, IReadOnlyList<int[]> batches, IAlignmentLoss loss, IReadOnlyList<int>? weights = null,
        IReadOnlyList<RouterBalance>? balances = null)
    {
        weights ??= [.. batches.Select(b => b.Length)];
        GroupScore[][] groups = [.. batches.Select(b => b.Select(i => scores[i]).ToArray())];
        double sum = groups.Select((batch, i) => weights[i] * (LossOf(batch, loss) + (balances?[i] is { } b ? b.Weight * b.Value : 0))).Sum();
        RewardFigures rewards = RewardFigures.Of(groups, loss.Reward);
        return new EvaluationFigures(
            sum / weights.Sum(), rewards.ChosenReward, rewards.RejectedReward, rewards.Accuracy, rewards.Margin,
            rewards.ChosenLogProbability, rewards.RejectedLogProbability)
        {
            MethodMetrics = MethodFigures.Of(groups, loss).With(MethodFigures.AuxiliaryLoss, balances?.Select(b => b.Value) ?? []),
        };
    }

    private static double LossOf(GroupScore[] batch, IAlignmentLoss loss)
    {
        double perToken = 1.0 / batch.Sum(g => g.TokenCount + loss.UnscoredTokens);
        var context = new GroupContext(1.0 / batch.Length, perToken) { Totals = loss.NeedsTotals ? loss.Totals(batch) : [] };
        return batch.Select((g, i) => loss.Evaluate(g, context with { Index = i }).Value).Sum();
    }
}
