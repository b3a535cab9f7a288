namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// SimPO (Meng, Xia, Chen 2024, arXiv 2405.14734): with u = mean log p(chosen) - mean log p(rejected) - gamma / beta,
/// sigmoid -(1 - s) log sigma(beta u) - s log sigma(-beta u), dL/du = beta (sigma(beta u) - (1 - s));
/// hinge max(0, 1 - beta u), dL/du = -beta where beta u &lt; 1, else 0;
/// plus <paramref name="sftWeight"/> times the cross entropy of the chosen answer. With <paramref name="alpha"/> not 0 the two means are each put through
/// AlphaPO's function, see <see cref="AlphaReward"/>.
/// </summary>
/// <param name="beta">The scale of the reward, above 0.</param>
/// <param name="gammaBetaRatio">The target margin gamma over beta.</param>
/// <param name="type">The function of u.</param>
/// <param name="labelSmoothing">s, from 0 to below 0.5: how often a label is taken to be wrong.</param>
/// <param name="sftWeight">The factor of the supervised term.</param>
/// <param name="sftNormalization">What the supervised term is the mean of.</param>
/// <param name="alpha">How much the reward bends; 0 for SimPO.</param>
internal sealed class SimPOLoss(
    double beta, double gammaBetaRatio, SimPOLossType type = SimPOLossType.Sigmoid, double labelSmoothing = 0, double sftWeight = 0,
    SftNormalization sftNormalization = SftNormalization.Pair, double alpha = 0) : IAlignmentLoss
{
    public IReward Reward { get; } = alpha == 0 ? new MeanReward(beta) : new AlphaReward(beta, alpha);

    /// <summary>gamma, rounded as the product of the options is.</summary>
    public double TargetMargin => (float)beta * (float)gammaBetaRatio;

    public IReadOnlyList<MethodMetric> Metrics { get; } = sftWeight > 0 ? [MethodMetric.Nll] : [];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        (AnswerScore chosen, AnswerScore rejected) = (group.Chosen, group.Rejected);
        double margin = Reward.Value(chosen) - Reward.Value(rejected) - gammaBetaRatio;
        (double value, double derivative) = type == SimPOLossType.Sigmoid
            ? MarginLoss.Sigmoid(beta * margin, labelSmoothing)
            : MarginLoss.Hinge(beta * margin);
        double pairDerivative = context.Weight * beta * derivative;
        double tokenWeight = sftWeight == 0 ? 0 : sftWeight * context.PerToken(sftNormalization, chosen.Count);
        return new GroupLoss(
            (context.Weight * value) - (tokenWeight * chosen.Sum),
            (pairDerivative * Slope(chosen) / chosen.Count) - tokenWeight,
            -pairDerivative * Slope(rejected) / rejected.Count);
    }

    /// <summary>d reward / d mean, over beta.</summary>
    private double Slope(in AnswerScore answer) => Reward is AlphaReward bent ? bent.Slope(answer) : 1;
}
