namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// SLiC-HF (Zhao et al. 2023, arXiv 2305.10425) as the SimPO paper compares with it (arXiv 2405.14734, table 3):
/// max(0, delta - log p(chosen) + log p(rejected)) - lambda log p(chosen), of whole answers.
/// </summary>
/// <param name="beta">The scale of the reward alone, above 0.</param>
/// <param name="delta">The margin between the log-probabilities, in nats.</param>
/// <param name="lambda">The weight of the supervised term.</param>
internal sealed class SlicHfLoss(double beta, double delta, double lambda) : IAlignmentLoss
{
    public IReward Reward { get; } = new SumReward(beta);

    public double TargetMargin => beta * delta;

    public IReadOnlyList<MethodMetric> Metrics { get; } = [MethodMetric.Nll, .. MethodMetric.Sums];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double shortfall = delta - group.Chosen.Sum + group.Rejected.Sum, slope = shortfall > 0 ? context.Weight : 0;
        return new GroupLoss(
            context.Weight * (Math.Max(0, shortfall) - (lambda * group.Chosen.Sum)), -slope - (context.Weight * lambda), slope);
    }
}
