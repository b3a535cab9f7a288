namespace Microsoft.ML.SimPO.Losses;

/// <summary>Groups of answers as a loss may meet them, with everything that it asks for and nothing else.</summary>
internal sealed class RandomStep
{
    private readonly IAlignmentLoss _loss;

    public RandomStep(IAlignmentLoss loss, int groups, Random random)
    {
        _loss = loss;
        Groups = [.. Enumerable.Range(0, groups).Select(i => Group(loss, i, random))];
    }

    private RandomStep(IAlignmentLoss loss, GroupScore[] groups) => (_loss, Groups) = (loss, groups);

    public GroupScore[] Groups { get; }

    public double[] Totals() => _loss.NeedsTotals ? _loss.Totals(Groups) : [];

    public GroupLoss Evaluate(int group, double[] totals) =>
        _loss.Evaluate(Groups[group], new GroupContext(1.0 / Groups.Length, 1.0 / Groups.Sum(g => g.TokenCount)) { Index = group, Totals = totals });

    /// <param name="totals">Null for those of these groups.</param>
    public double Loss(double[]? totals)
    {
        totals ??= Totals();
        return Enumerable.Range(0, Groups.Length).Sum(i => Evaluate(i, totals).Value);
    }

    /// <param name="answer">-1 for the prompt.</param>
    public RandomStep With(int group, int answer, Func<AnswerScore, AnswerScore> change)
    {
        GroupScore[] groups = [.. Groups];
        AnswerScore[] answers = [.. groups[group].Answers];
        if (answer >= 0) answers[answer] = change(answers[answer]);
        GroupScore old = groups[group];
        groups[group] = new GroupScore(answers) { Row = old.Row, Prompt = answer >= 0 ? old.Prompt : change(old.Prompt) };
        return new RandomStep(_loss, groups);
    }

    private static GroupScore Group(IAlignmentLoss loss, int index, Random random)
    {
        int count = loss.LeastAnswers == 2 ? 2 : random.Next(loss.LeastAnswers, 5);
        AnswerScore Score(int rank)
        {
            int tokens = random.Next(1, 9);
            double Sum() => -tokens * (0.05 + (2 * random.NextDouble()));
            double sum = Sum();
            return new AnswerScore(sum, tokens)
            {
                Rating = 1 - rank,
                Weighted = loss.WeighsTokens ? sum * (0.5 + (0.5 * random.NextDouble())) : sum,
                Reference = loss.NeedsReference ? Sum() : double.NaN,
                LogSquares = loss.Facts.HasFlag(TokenFacts.Squares) ? Sum() : 0,
                Entropy = loss.Facts.HasFlag(TokenFacts.Distribution) ? -Sum() : 0,
            };
        }
        GroupScore group = new([.. Enumerable.Range(0, count).Select(Score)]) { Row = index + 1 };
        return loss.ScoredTokens == ScoredTokens.Answers ? group : new GroupScore(group.Answers) { Row = group.Row, Prompt = Score(0) };
    }
}
