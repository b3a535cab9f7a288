using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>What answers are like that a model in training wrote to held-out prompts.</summary>
/// <param name="AtLimit">The share that ends at the limit of tokens.</param>
/// <param name="Distinct">The mean share of different sequences of four tokens.</param>
/// <param name="Tokens">Their mean length.</param>
internal sealed record AnswerFigures(double AtLimit, double Distinct, double Tokens)
{
    private const string AtLimitName = "answers/at_limit", DistinctName = "answers/distinct_4", TokensName = "answers/tokens";

    private const int Sequence = 4;

    /// <param name="answers">The tokens of each, and whether it ends at the limit.</param>
    public static AnswerFigures Of(IReadOnlyList<(IReadOnlyList<int> Tokens, bool AtLimit)> answers) => new(
        answers.Average(a => a.AtLimit ? 1.0 : 0), answers.Average(a => DistinctOf(a.Tokens)), answers.Average(a => (double)a.Tokens.Count));

    /// <summary>As an evaluation has them beside the method's own figures; null where no answers were written.</summary>
    public static AnswerFigures? Of(EvaluationFigures evaluation) =>
        evaluation.MethodMetrics.TryGetValue(AtLimitName, out double atLimit) && evaluation.MethodMetrics.TryGetValue(DistinctName, out double distinct)
        && evaluation.MethodMetrics.TryGetValue(TokensName, out double tokens) ? new(atLimit, distinct, tokens) : null;

    /// <summary>The evaluation with these figures.</summary>
    public EvaluationFigures AddTo(EvaluationFigures evaluation) => evaluation with
    {
        MethodMetrics = new Dictionary<string, double>(evaluation.MethodMetrics)
        {
            [AtLimitName] = AtLimit, [DistinctName] = Distinct, [TokensName] = Tokens,
        },
    };

    /// <summary>1 for an answer that is too short to repeat itself.</summary>
    private static double DistinctOf(IReadOnlyList<int> tokens)
    {
        int count = tokens.Count - Sequence + 1;
        if (count <= 0) return 1;
        return Enumerable.Range(0, count).Select(i => (tokens[i], tokens[i + 1], tokens[i + 2], tokens[i + 3])).Distinct().Count() / (double)count;
    }
}
