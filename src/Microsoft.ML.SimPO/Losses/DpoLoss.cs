using Microsoft.ML.SimPO.Losses.Dpo;

namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// DPO and its kin, as a weighted sum of terms (<see cref="IPairTerm"/>) of the answers' log-ratios to a reference model:
/// L = weight * sum_k w_k f_k(g(r_c), g(r_r)), r = log p - log p of the reference, g an f-divergence's measure of it.
/// R-DPO (Park et al. 2024, arXiv 2403.19159, equation 9) adds alpha times the number of tokens to beta r, so that a longer chosen answer must win by less.
/// WPO (Zhou et al. 2024, arXiv 2406.11827, equation 7) multiplies a pair's terms by w_c w_r, w = exp(mean over tokens of (log p - log sum_v p(v)^2)), a
/// constant; the negative log-likelihood of chosen answers stays as it is.
/// </summary>
internal sealed class DpoLoss(DpoSettings settings) : IAlignmentLoss
{
    private readonly DpoTerm[] _terms = [.. settings.Terms];

    public IReward Reward { get; } = new LogRatioReward(
        settings.Beta, settings.TailWeight, settings.RewardsPerToken && settings.Terms.First().IsPerToken ? 1 : 0);

    public TokenFacts Facts => TokenFacts.Distribution | (settings.WeighsPairs ? TokenFacts.Squares : TokenFacts.None);

    public bool CountsTokens => true;

    public bool NeedsTotals => _terms.Any(t => t.Matching != Matching.Pairs);

    public IReadOnlyList<MethodMetric> Metrics { get; } =
        [.. MethodMetric.Sums, MethodMetric.EntropyOfAll, MethodMetric.TokenAccuracy, .. MethodMetric.Logits];

    public double[] Totals(IReadOnlyList<GroupScore> step) => SortedStep.Of(step);

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double weight = context.Weight * (settings.WeighsPairs ? Likeliness(group.Chosen) * Likeliness(group.Rejected) : 1);
        (double value, double chosen, double rejected, double likelihood) = (0, 0, 0, 0);
        foreach (DpoTerm term in _terms)
        {
            if (term.Function is null)
            {
                likelihood += term.Weight * context.PerToken(settings.SftNormalization, group.Chosen.Count);
                continue;
            }
            TermLoss found = term.Evaluate(group, context, settings.Divergence, settings.LengthPenalty / settings.Beta);
            value += weight * term.Weight * found.Value;
            chosen += weight * term.Weight * found.Chosen;
            rejected += weight * term.Weight * found.Rejected;
        }
        value -= likelihood * group.Chosen.Sum;
        return Reward.WeighsTokens
            ? new GroupLoss(value, -likelihood, 0) { WeightedDerivatives = [chosen, rejected] }
            : new GroupLoss(value, chosen - likelihood, rejected);
    }

    private static double Likeliness(AnswerScore answer) => Math.Exp((answer.Sum - answer.LogSquares) / answer.Count);
}
