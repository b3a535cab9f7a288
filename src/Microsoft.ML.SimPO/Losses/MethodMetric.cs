namespace Microsoft.ML.SimPO.Losses;

/// <summary>A figure of a method's own, which a run logs beside its loss and rewards.</summary>
/// <param name="Name">What the trainers of the field call it in their logs, such as <c>nll_loss</c>.</param>
/// <param name="Of">Its value for groups that are averaged together; not a number where none of them has it.</param>
internal sealed record MethodMetric(string Name, Func<IReadOnlyList<GroupScore>, double> Of)
{
    /// <summary>The name of the first of <see cref="Sums"/>.</summary>
    public const string ChosenSum = "logps/chosen";

    private const string EntropyName = "entropy";

    /// <summary>The cross entropy of the best answers, and of their prompts where these are scored: the mean over all tokens, in nats.</summary>
    public static MethodMetric Nll { get; } = new("nll_loss", groups => -groups.Sum(g => g.Prompt.Sum + g.Chosen.Sum) / groups.Sum(g => g.TokenCount));

    /// <summary>
    /// The mean over the tokens of the best answers of the entropy at their place, in nats. Wants <see cref="TokenFacts.Distribution"/>.
    /// </summary>
    public static MethodMetric Entropy { get; } = new(EntropyName, groups => groups.Sum(g => g.Chosen.Entropy) / groups.Sum(g => g.Chosen.Count));

    /// <summary>The same of all answers that are chosen or rejected.</summary>
    public static MethodMetric EntropyOfAll { get; } = new(EntropyName, groups => PerToken(groups, a => !double.IsNaN(a.Rating), a => a.Entropy));

    /// <summary>
    /// The share of the tokens of the best answers that the model holds for the likeliest. Wants <see cref="TokenFacts.Distribution"/>.
    /// </summary>
    public static MethodMetric TokenAccuracy { get; } =
        new("mean_token_accuracy", groups => groups.Sum(g => g.Chosen.Hits) / groups.Sum(g => g.Chosen.Count));

    /// <summary>
    /// The log-probabilities of whole answers in nats, with the weights of their tokens: what TRL logs where a method compares these. They stand in the place
    /// of the means over tokens, which a log then has as <c>mean_logps</c>.
    /// </summary>
    public static IReadOnlyList<MethodMetric> Sums { get; } =
    [
        new(ChosenSum, groups => Mean(groups.SelectMany(g => g.Answers).Where(a => a.Rating > 0))),
        new("logps/rejected", groups => Mean(groups.SelectMany(g => g.Answers).Where(a => a.Rating <= 0))),
    ];

    /// <summary>
    /// The mean over the tokens of the answers of each side of the mean over the vocabulary of the logits at their place. Wants
    /// <see cref="TokenFacts.Logits"/> or <see cref="TokenFacts.Distribution"/>.
    /// </summary>
    public static IReadOnlyList<MethodMetric> Logits { get; } =
    [
        new("logits/chosen", groups => PerToken(groups, a => a.Rating > 0, a => a.Logits)),
        new("logits/rejected", groups => PerToken(groups, a => a.Rating <= 0, a => a.Logits)),
    ];

    private static double Mean(IEnumerable<AnswerScore> answers) => answers.Select(a => a.Weighted).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Not a number where there are no such answers.</summary>
    private static double PerToken(IReadOnlyList<GroupScore> groups, Func<AnswerScore, bool> isMeant, Func<AnswerScore, double> figure)
    {
        AnswerScore[] answers = [.. groups.SelectMany(g => g.Answers).Where(isMeant)];
        return answers.Sum(figure) / answers.Sum(a => a.Count);
    }
}
