using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>What answers are worth in the mean, as Hugging Face's trainers name it. A figure that no answer has is not a number.</summary>
internal sealed record RewardFigures(
    double ChosenReward, double RejectedReward, double Accuracy, double Margin, double ChosenLogProbability, double RejectedLogProbability)
{
    /// <param name="batches">Each weighs the same, and so does each group of one.</param>
    public static RewardFigures Of(IReadOnlyList<IReadOnlyList<GroupScore>> batches, IReward reward)
    {
        double Mean(Func<GroupScore, IEnumerable<double>> figures)
        {
            double[] means = [.. batches.Select(b => b.SelectMany(figures).ToArray()).Where(found => found.Length > 0).Select(found => found.Average())];
            return means.Length > 0 ? means.Average() : double.NaN;
        }
        double chosen = Mean(g => Chosen(g).Select(a => reward.Value(a))), rejected = Mean(g => Rejected(g).Select(a => reward.Value(a)));
        // A reward model has no log-probabilities.
        double LogProbability(Func<GroupScore, IEnumerable<AnswerScore>> side) =>
            reward.ScoredTokens == ScoredTokens.Ends ? double.NaN : Mean(g => side(g).Select(a => a.Mean));
        return new RewardFigures(
            reward.Scale * chosen, reward.Scale * rejected, Mean(g => Wins(g, reward)), reward.Scale * MarginOf(batches, reward, chosen - rejected),
            LogProbability(Chosen), LogProbability(Rejected));
    }

    /// <param name="ofAll">The difference of the means over all batches: the margin where each of them has answers of both sides.</param>
    private static double MarginOf(IReadOnlyList<IReadOnlyList<GroupScore>> batches, IReward reward, double ofAll)
    {
        static bool HasBoth(IReadOnlyList<GroupScore> batch) => batch.SelectMany(Chosen).Any() && batch.SelectMany(Rejected).Any();
        if (batches.All(HasBoth)) return ofAll;
        return batches.Where(HasBoth)
            .Select(b => b.SelectMany(Chosen).Average(a => reward.Value(a)) - b.SelectMany(Rejected).Average(a => reward.Value(a)))
            .DefaultIfEmpty(double.NaN).Average();
    }

    private static IEnumerable<AnswerScore> Chosen(GroupScore group) => group.Answers.Where(a => a.Rating > 0);

    private static IEnumerable<AnswerScore> Rejected(GroupScore group) => group.Answers.Where(a => a.Rating <= 0);

    /// <summary>1 where a chosen answer is worth more than every rejected one, else 0; nothing where there are not both.</summary>
    private static IEnumerable<double> Wins(GroupScore group, IReward reward)
    {
        if (Chosen(group).Any() && Rejected(group).Any())
            yield return Chosen(group).Max(a => reward.Value(a)) > Rejected(group).Max(a => reward.Value(a)) ? 1 : 0;
    }
}
