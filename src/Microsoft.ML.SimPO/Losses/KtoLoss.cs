namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// KTO (Ethayarajh et al. 2024, arXiv 2402.01306, equation 8). With r = log p - log p of the reference, an answer that is rated above 0 costs
/// w_d (1 - sigma(beta (r - kl))), another w_u (1 - sigma(beta (kl - r))), and a prompt's cost is the mean over its rated answers.
/// kl = max(0, mean over the step's mismatched answers of r), a constant; these are answers to other prompts, whose rating is not a number. Without it
/// (<see cref="KtoLossType.ApoZeroUnpaired"/>) kl is 0.
/// </summary>
/// <param name="beta">How much leaving the reference costs, above 0.</param>
/// <param name="desirableWeight">w_d, above 0.</param>
/// <param name="undesirableWeight">w_u, above 0.</param>
internal sealed class KtoLoss(double beta, double desirableWeight, double undesirableWeight, KtoLossType type = KtoLossType.Kto) : IAlignmentLoss
{
    public IReward Reward { get; } = new LogRatioReward(beta);

    public int LeastAnswers => 1;

    public TokenFacts Facts => TokenFacts.Distribution;

    public bool CountsTokens => true;

    public bool NeedsTotals => type == KtoLossType.Kto;

    public IReadOnlyList<MethodMetric> Metrics =>
    [
        .. MethodMetric.Sums, new MethodMetric("kl", groups => NeedsTotals ? Totals([.. groups])[0] : 0), MethodMetric.EntropyOfAll, .. MethodMetric.Logits,
    ];

    public double[] Totals(IReadOnlyList<GroupScore> step) =>
        [Math.Max(0, step.SelectMany(g => g.Answers).Where(a => double.IsNaN(a.Rating)).Select(a => a.LogRatio).DefaultIfEmpty().Average())];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double kl = NeedsTotals ? context.Totals[0] : 0, weight = context.Weight / group.Answers.Count(a => !double.IsNaN(a.Rating)), value = 0;
        double[] derivatives = new double[group.Answers.Length];
        for (int i = 0; i < derivatives.Length; i++)
        {
            AnswerScore answer = group.Answers[i];
            if (double.IsNaN(answer.Rating)) continue;
            (double sign, double factor) = answer.Rating > 0 ? (1, desirableWeight) : (-1, undesirableWeight);
            double z = beta * (answer.LogRatio - kl);
            value += weight * factor * Logistic.Of(-sign * z);
            derivatives[i] = -sign * weight * factor * beta * Logistic.SlopeAt(z);
        }
        return new GroupLoss(value, derivatives);
    }
}
