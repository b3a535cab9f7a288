using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Rows with a prompt, a list of answers and a list of their scores; or one list of objects with an answer and its score.</summary>
internal sealed class RatedListLayout(LayoutColumns columns, IReadOnlyCollection<string> names, TextMode prompts, PreferenceLoadOptions options) : IPairLayout
{
    /// <summary>All pairs of an ordinary row's answers; the bound keeps a row of 100,000 answers from making five thousand million.</summary>
    public const int MaxAnswers = 256;

    private readonly PairBuilder _builder = new(columns, TextMode.Answer, prompts);

    public string Description => $"answers with scores, one row a prompt ({columns.Describe()})";

    public IReadOnlyCollection<string> Fields { get; } = columns.TopLevel(names);

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        if (ReadAnswers(row, out List<FieldValue> answers, out List<float?> scores) is { } fault)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        List<(int Chosen, int Rejected)> pairs = RatedAnswers.Pairs(scores, options.RatedPairs, options.MinimumRatingGap);
        if (pairs.Count == 0) outcomes.Add(new PairOutcome(null, RatedAnswers.NoPair(scores.Count(s => s is not null), options.MinimumRatingGap), location));
        foreach ((int chosen, int rejected) in pairs)
            outcomes.Add(_builder.Build(row, location, Answer(answers, chosen), Answer(answers, rejected), scores[chosen], scores[rejected]));
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        // Every row stands for itself.
    }

    private NamedValue Answer(List<FieldValue> answers, int index) => new($"{columns.Responses}[{index}]", answers[index]);

    private RowFault? ReadAnswers(FieldRecord row, out List<FieldValue> answers, out List<float?> scores)
    {
        answers = [];
        scores = [];
        FieldValue list = LayoutColumns.Get(row, columns.Responses);
        if (list.Kind != FieldKind.List) return RowFault.Type(columns.Responses!, "a list of answers", list);
        if (list.Items.Length > MaxAnswers) return RowFault.Malformed($"`{columns.Responses}` must hold at most {MaxAnswers} answers, but holds {list.Items.Length}.");
        FieldValue ratings = LayoutColumns.Get(row, columns.Scores);
        if (columns.Scores is not null && (ratings.Kind != FieldKind.List || ratings.Items.Length != list.Items.Length))
        {
            return ratings.Kind != FieldKind.List
                ? RowFault.Type(columns.Scores, "a list of numbers", ratings)
                : RowFault.Malformed($"`{columns.Scores}` must hold as many numbers as `{columns.Responses}` has answers, {list.Items.Length}, but holds {ratings.Items.Length}.");
        }
        for (int i = 0; i < list.Items.Length; i++)
        {
            FieldValue answer = list.Items[i], rating = columns.Scores is null ? default : ratings.Items[i];
            if (columns.Scores is null && RatedItem.Read(answer, out answer, out rating) is { } fault)
                return fault with { Message = $"`{columns.Responses}[{i}]`: {fault.Message}" };
            if (!ScoreField.TryRead(rating, out float? score)) return RowFault.Type($"{columns.Scores ?? columns.Responses}[{i}]", "a number", rating);
            answers.Add(answer);
            scores.Add(score);
        }
        return null;
    }
}
