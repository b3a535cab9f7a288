namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// RRHF (Yuan et al. 2023, arXiv 2304.05302) as the SimPO paper compares with it (arXiv 2405.14734, table 3): with m the mean log-probability of an answer's
/// tokens, the sum over all pairs of a better and a worse answer of max(0, m(worse) - m(better)), minus lambda log p(best), of the whole answer.
/// </summary>
/// <param name="beta">The scale of the reward alone, above 0.</param>
/// <param name="lambda">The weight of the supervised term.</param>
internal sealed class RrhfLoss(double beta, double lambda) : IAlignmentLoss
{
    public IReward Reward { get; } = new MeanReward(beta);

    public IReadOnlyList<MethodMetric> Metrics { get; } = [MethodMetric.Nll];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        AnswerScore[] answers = group.Answers;
        double[] derivatives = new double[answers.Length];
        double value = -lambda * group.Chosen.Sum;
        derivatives[0] = -context.Weight * lambda;
        for (int better = 0; better < answers.Length; better++)
        {
            for (int worse = better + 1; worse < answers.Length; worse++)
            {
                double excess = answers[worse].Mean - answers[better].Mean;
                if (excess <= 0) continue;
                value += excess;
                derivatives[better] -= context.Weight / answers[better].Count;
                derivatives[worse] += context.Weight / answers[worse].Count;
            }
        }
        return new GroupLoss(context.Weight * value, derivatives);
    }
}
