namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// Supervised fine-tuning on the best answer of each prompt: the mean of -log p over its tokens, or of -p log p with a constant p (dynamic fine-tuning,
/// Wu et al. 2025, arXiv 2508.05629). Any other answers teach nothing.
/// </summary>
/// <param name="beta">The scale of the reward alone, above 0.</param>
/// <param name="type">What each token gives.</param>
/// <param name="normalization">What the loss is the mean of.</param>
/// <param name="countsFirstTokens">Whether a mean over tokens counts the first one of each sequence too, which nothing predicts.</param>
internal sealed class SftLoss(
    double beta, SftLossType type = SftLossType.Nll, SftNormalization normalization = SftNormalization.StepTokens, bool countsFirstTokens = false)
    : IAlignmentLoss
{
    public IReward Reward { get; } = new MeanReward(beta);

    public int LeastAnswers => 1;

    public int UnscoredTokens => countsFirstTokens ? 1 : 0;

    public TokenFacts Facts => TokenFacts.Distribution;

    public bool CountsTokens => true;

    public bool WeighsTokens => type == SftLossType.Dft;

    public IReadOnlyList<MethodMetric> Metrics { get; } = [MethodMetric.Entropy, MethodMetric.TokenAccuracy];

    public void Weigh(ReadOnlySpan<float> logProbabilities, int shortest, Span<float> weights)
    {
        for (int i = 0; i < weights.Length; i++) weights[i] = MathF.Exp(logProbabilities[i]);
    }

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double token = context.PerToken(normalization, group.Chosen.Count);
        double[] none = new double[group.Answers.Length], best = [-token, .. none[1..]];
        return WeighsTokens
            ? new GroupLoss(-token * group.Chosen.Weighted, none) { WeightedDerivatives = best }
            : new GroupLoss(-token * group.Chosen.Sum, best);
    }
}
