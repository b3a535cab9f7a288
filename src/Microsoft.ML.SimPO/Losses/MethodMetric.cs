namespace Microsoft.ML.SimPO.Losses;

/// <summary>A figure of a method's own, which a run logs beside its loss and rewards.</summary>
/// <param name="Name">What the trainers of the field call it in their logs, such as <c>nll_loss</c>.</param>
/// <param name="Of">Its value for groups that are averaged together; not a number where none of them has it.</param>
internal sealed record MethodMetric(string Name, Func<IReadOnlyList<GroupScore>, double> Of)
{
    /// <summary>The cross entropy of the best answers, and of their prompts where these are scored: the mean over all tokens, in nats.</summary>
    public static MethodMetric Nll { get; } = new("nll_loss", groups => -groups.Sum(g => g.Prompt.Sum + g.Chosen.Sum) / groups.Sum(g => g.TokenCount));

    /// <summary>The mean over the tokens of the best answers of the entropy at their place, in nats. Wants <see cref="TokenFacts.Entropy"/>.</summary>
    public static MethodMetric Entropy { get; } = new("entropy", groups => groups.Sum(g => g.Chosen.Entropy) / groups.Sum(g => g.Chosen.Count));

    /// <summary>The share of the tokens of the best answers that the model holds for the likeliest. Wants <see cref="TokenFacts.Hits"/>.</summary>
    public static MethodMetric TokenAccuracy { get; } =
        new("mean_token_accuracy", groups => groups.Sum(g => g.Chosen.Hits) / groups.Sum(g => g.Chosen.Count));

    /// <summary>
    /// The log-probabilities of whole answers in nats, with the weights of their tokens: what TRL calls <c>logps/chosen</c> and <c>logps/rejected</c> where a
    /// method compares these.
    /// </summary>
    public static IReadOnlyList<MethodMetric> Sums { get; } =
    [
        new("sum_logps/chosen", groups => Mean(groups.SelectMany(g => g.Answers).Where(a => a.Rating > 0))),
        new("sum_logps/rejected", groups => Mean(groups.SelectMany(g => g.Answers).Where(a => a.Rating <= 0))),
    ];

    private static double Mean(IEnumerable<AnswerScore> answers) => answers.Select(a => a.Weighted).DefaultIfEmpty(double.NaN).Average();
}
