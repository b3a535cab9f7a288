namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// CPO (Xu et al. 2024, arXiv 2401.08417): a preference term, as <see cref="CpoLossType"/> writes each, of log p(chosen) - log p(rejected), plus
/// <paramref name="nllWeight"/> times the cross entropy of the chosen answer. IPO alone takes means over tokens.
/// </summary>
/// <param name="beta">The scale of the reward, above 0.</param>
/// <param name="type">The function of the difference.</param>
/// <param name="labelSmoothing">From 0 to below 0.5, for the sigmoid: how often a label is taken to be wrong.</param>
/// <param name="nllWeight">The factor of the cross entropy.</param>
/// <param name="normalization">What the cross entropy is the mean of.</param>
internal sealed class CpoLoss(
    double beta, CpoLossType type = CpoLossType.Sigmoid, double labelSmoothing = 0, double nllWeight = 1,
    SftNormalization normalization = SftNormalization.Pair) : IAlignmentLoss
{
    public IReward Reward { get; } = type == CpoLossType.Ipo ? new MeanReward(beta) : new SumReward(beta);

    /// <summary>Where the hinge ends, and where IPO's square is 0.</summary>
    public double TargetMargin => type switch { CpoLossType.Hinge => 1, CpoLossType.Ipo => 0.5, _ => 0 };

    public TokenFacts Facts => TokenFacts.Logits;

    public IReadOnlyList<MethodMetric> Metrics { get; } =
        [MethodMetric.Nll, .. type == CpoLossType.Ipo ? [] : MethodMetric.Sums, .. MethodMetric.Logits];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        (AnswerScore chosen, AnswerScore rejected) = (group.Chosen, group.Rejected);
        double z = beta * (Reward.Value(chosen) - Reward.Value(rejected));
        (double value, double derivative) = type switch
        {
            CpoLossType.Sigmoid => MarginLoss.Sigmoid(z, labelSmoothing),
            CpoLossType.Hinge => MarginLoss.Hinge(z),
            _ => ((z - 0.5) / beta * ((z - 0.5) / beta), 2 * (z - 0.5) / (beta * beta)),
        };
        double slope = context.Weight * beta * derivative, token = nllWeight * context.PerToken(normalization, chosen.Count);
        (int first, int second) = type == CpoLossType.Ipo ? (chosen.Count, rejected.Count) : (1, 1);
        return new GroupLoss((context.Weight * value) - (token * chosen.Sum), (slope / first) - token, -slope / second);
    }
}
