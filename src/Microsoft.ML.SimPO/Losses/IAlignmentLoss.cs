namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// What a method trains on: a scalar function of the log-probabilities that a model gives to a prompt's answers, and everything about it that is the method's
/// own. Training, evaluation, scoring and saved models ask it and know nothing of any method. What it says nothing about is as its reward has it.
/// Implementations are pure and thread safe.
/// </summary>
internal interface IAlignmentLoss : ITokenScoring
{
    /// <summary>What an answer is worth.</summary>
    IReward Reward { get; }

    /// <summary>By how much the chosen answer's reward should be the higher one, in units of the reward; 0 where the method knows no such margin.</summary>
    double TargetMargin => 0;

    /// <summary>The fewest answers that a prompt must have: 1 where the method needs no rejected answer.</summary>
    int LeastAnswers => 2;

    /// <summary>Tokens of each group that a mean over tokens counts although nothing scores them, as a trainer that is followed does; else 0.</summary>
    int UnscoredTokens => 0;

    /// <summary>Whether a run logs how many tokens it has been given, as a trainer of the field does.</summary>
    bool CountsTokens => false;

    /// <summary>Whether <see cref="Totals"/> of the whole step are needed before any of its derivatives: the step's answers are scored first.</summary>
    bool NeedsTotals => false;

    ScoredTokens ITokenScoring.ScoredTokens => Reward.ScoredTokens;

    TokenFacts ITokenScoring.Facts => Reward.Facts;

    bool ITokenScoring.WeighsTokens => Reward.WeighsTokens;

    bool ITokenScoring.NeedsReference => Reward.NeedsReference;

    void ITokenScoring.Weigh(ReadOnlySpan<float> logProbabilities, int shortest, Span<float> weights) => Reward.Weigh(logProbabilities, shortest, weights);

    /// <summary>What a run logs of the method beside loss and rewards, in the order of the log.</summary>
    IReadOnlyList<MethodMetric> Metrics => [];

    /// <summary>What the answers of a step are together, in a form of the loss's own, for <see cref="GroupContext.Totals"/>.</summary>
    /// <param name="step">In the order of <see cref="GroupContext.Index"/>.</param>
    double[] Totals(IReadOnlyList<GroupScore> step) => [];

    /// <summary>The share of a prompt with its answers in the loss of its step, and how it moves with each log-probability.</summary>
    GroupLoss Evaluate(GroupScore group, in GroupContext context);
}
