namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// A method that exists in these tests alone and asks for everything that a loss can have: reference, prompt tokens, weighed tokens, facts of distributions
/// and totals of the step. With r = weighted log p - reference, k the step's mean of r of first answers (a constant), w = e^(log squares + entropy / 10) (a
/// constant): L = weight * w * softplus(beta (k + r_2 - r_1)) - token weight * (log p of the prompt + that of the first answer)
/// </summary>
internal sealed class CompleteLoss(double beta, double alpha) : IAlignmentLoss
{
    public IReward Reward { get; } = new MarginReward(beta);

    public ScoredTokens ScoredTokens => ScoredTokens.PromptAndAnswers;

    public TokenFacts Facts => TokenFacts.Squares | TokenFacts.Distribution;

    public bool WeighsTokens => true;

    public bool NeedsTotals => true;

    public void Weigh(ReadOnlySpan<float> logProbabilities, int shortest, Span<float> weights)
    {
        for (int i = shortest; i < weights.Length; i++) weights[i] = (float)alpha;
    }

    public double[] Totals(IReadOnlyList<GroupScore> step) => [step.Average(g => g.Chosen.Weighted - g.Chosen.Reference)];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        (AnswerScore first, AnswerScore second) = (group.Chosen, group.Rejected);
        double z = beta * (context.Totals[0] + second.Weighted - second.Reference - first.Weighted + first.Reference);
        double weight = context.Weight * Math.Exp(group.Answers.Sum(a => (a.LogSquares + (a.Entropy / 10)) / a.Count));
        double slope = weight * beta / (1 + Math.Exp(-z));
        return new GroupLoss(-(weight * LogSigmoid.Of(-z)) - (context.TokenWeight * (group.Prompt.Sum + first.Sum)), -context.TokenWeight, 0)
        {
            WeightedDerivatives = [-slope, slope],
            PromptDerivative = -context.TokenWeight,
        };
    }

    /// <summary>beta times what the model gives over the reference.</summary>
    [RewardName("tests: margin over the reference")]
    private sealed record MarginReward(double Scale) : IReward
    {
        public bool NeedsReference => true;

        public double Value(in AnswerScore answer) => answer.Weighted - answer.Reference;
    }
}
