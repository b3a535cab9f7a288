namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// ORPO (Hong, Lee, Thorne 2024, arXiv 2403.07691, equations 6 and 7): the cross entropy of prompt and chosen answer, minus beta log sigma(o) with o the log of
/// the odds ratio, log(p / (1 - p)) of the chosen answer minus that of the rejected one, and log p the mean log-probability of an answer's tokens.
/// </summary>
/// <param name="beta">The weight of the odds ratio, above 0: the paper's lambda.</param>
/// <param name="normalization">What the cross entropy is the mean of.</param>
internal sealed class OrpoLoss(double beta, SftNormalization normalization = SftNormalization.Pair) : IAlignmentLoss
{
    /// <summary>An answer that is certain has no odds: its probability counts as that next below 1 in float32.</summary>
    private const double Surest = -1.0 / (1 << 24);

    public IReward Reward { get; } = new MeanReward(beta);

    public ScoredTokens ScoredTokens => ScoredTokens.PromptAndAnswers;

    public TokenFacts Facts => TokenFacts.Logits;

    public IReadOnlyList<MethodMetric> Metrics { get; } =
    [
        MethodMetric.Nll,
        new("log_odds_ratio", groups => Mean(groups, g => LogSigmoid.Of(LogOddsRatio(g)))),
        new("log_odds_chosen", groups => Mean(groups, LogOddsRatio)),
        .. MethodMetric.Logits,
    ];

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        (AnswerScore chosen, AnswerScore rejected) = (group.Chosen, group.Rejected);
        double odds = LogOddsRatio(group), token = context.PerToken(normalization, group.TokenCount);
        double slope = context.Weight * beta / (1 + Math.Exp(odds));
        return new GroupLoss(
            -(token * (group.Prompt.Sum + chosen.Sum)) - (context.Weight * beta * LogSigmoid.Of(odds)),
            -token - (slope / Doubt(chosen) / chosen.Count),
            slope / Doubt(rejected) / rejected.Count) { PromptDerivative = -token };
    }

    private static double LogOddsRatio(GroupScore group) => LogOdds(group.Chosen) - LogOdds(group.Rejected);

    private static double LogOdds(AnswerScore answer) => Mean(answer) - Math.Log(Doubt(answer));

    /// <summary>1 - p without cancellation near 1; d log odds / d log p is 1 / (1 - p).</summary>
    private static double Doubt(AnswerScore answer) => Mean(answer) is > -1 and var m ? -2 * Math.Exp(m / 2) * Math.Sinh(m / 2) : 1 - Math.Exp(Mean(answer));

    private static double Mean(IReadOnlyList<GroupScore> groups, Func<GroupScore, double> figure) => groups.Select(figure).DefaultIfEmpty(double.NaN).Average();

    private static double Mean(AnswerScore answer) => Math.Min(answer.Mean, Surest);
}
