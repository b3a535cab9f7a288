namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// A reward model of pairs (Ouyang et al. 2022, arXiv 2203.02155, equation 1): -log sigma(r_c - r_r), the negative log-likelihood of Bradley and Terry's model,
/// with a margin m of the data -log sigma(r_c - r_r - m) (Touvron et al. 2023, arXiv 2307.09288, equation 2);
/// plus <paramref name="centering"/> times (r_c + r_r)^2 (Eisenstein et al. 2023, arXiv 2312.09244), which says where 0 is: of the first term alone all
/// rewards could be higher by any number.
/// </summary>
/// <param name="centering">The weight of the second term, 0 or more.</param>
internal sealed class RewardLoss(double centering) : IAlignmentLoss
{
    public IReward Reward { get; } = new ModelReward();

    public bool CountsTokens => true;

    public IReadOnlyList<MethodMetric> Metrics { get; } =
    [
        new("min_reward", groups => Of(groups).Min()),
        new("mean_reward", groups => Of(groups).Average()),
        new("max_reward", groups => Of(groups).Max()),
        new("accuracy", groups => groups.Average(g => Margin(g) > 0 ? 1.0 : 0)),
        new("margin", groups => groups.Average(Margin)),
    ];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double margin = Margin(group) - group.Margin, sum = group.Chosen.Sum + group.Rejected.Sum;
        double slope = -Logistic.Of(-margin), pull = 2 * centering * sum;
        return new GroupLoss(
            context.Weight * (-LogSigmoid.Of(margin) + (centering * sum * sum)), context.Weight * (pull + slope), context.Weight * (pull - slope));
    }

    private static double Margin(GroupScore group) => group.Chosen.Sum - group.Rejected.Sum;

    private static IEnumerable<double> Of(IReadOnlyList<GroupScore> groups) => groups.SelectMany(g => g.Answers).Select(a => a.Sum);
}
