using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Rows with a prompt, a list of answers and a list of their scores; or one list of objects with an answer and its score.</summary>
/// <param name="columns">The fields; no scores where they stand in the answers' objects.</param>
/// <param name="ratings">The field that decides (in the objects, or the list of scores), and others that say how good answers are too.</param>
/// <param name="names">The top-level fields of the data.</param>
/// <param name="prompts">What text in a prompt is.</param>
/// <param name="options">Which pairs are made.</param>
internal sealed class RatedListLayout(
    LayoutColumns columns, IReadOnlyList<RatingField> ratings, IReadOnlyCollection<string> names, TextMode prompts, PreferenceLoadOptions options) : IPairLayout
{
    /// <summary>All pairs of an ordinary row's answers; the bound keeps a row of 100,000 answers from making five thousand million.</summary>
    public const int MaxAnswers = 256;

    private readonly PairBuilder _builder = new(columns, TextMode.Answer, prompts);

    public string Description => $"answers with scores, one row a prompt ({columns.Describe()}{Decides()})";

    public IReadOnlyCollection<string> Fields { get; } =
        columns.Scores is null ? columns.TopLevel(names) : [.. columns.TopLevel(names), .. ratings.Select(rating => rating.Name)];

    public LayoutColumns Columns => columns;

    public PromptOrigin Prompts => prompts == TextMode.Dialogue ? PromptOrigin.Dialogue : PromptOrigin.Given;

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        if (ReadAnswers(row, out List<FieldValue> answers, out List<float?> scores) is { } fault)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        List<(int Chosen, int Rejected)> pairs = RatedAnswers.Pairs(scores, options.RatedPairs, options.MinimumRatingGap);
        string? warning = pairs.Count == 0 ? null : Disagreement(row, answers, scores);
        if (pairs.Count == 0) outcomes.Add(new PairOutcome(null, RatedAnswers.NoPair(scores.Count(s => s is not null), options.MinimumRatingGap), location));
        foreach ((int chosen, int rejected) in pairs)
        {
            float? first = ratings[0].IsRank ? null : scores[chosen], second = ratings[0].IsRank ? null : scores[rejected];
            outcomes.Add(_builder.Build(row, location, Answer(answers, chosen), Answer(answers, rejected), first, second) with { Warning = warning });
            warning = null;
        }
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        // Every row stands for itself.
    }

    // One score that stands beside its answer needs no word: the list of answers is named.
    private string Decides()
    {
        RatingField first = ratings[0];
        string name = columns.Scores is null ? $"{columns.Responses}.{first.Name}" : first.Name;
        string others = string.Concat(ratings.Skip(1).Select((other, i) => $"{(i == 0 ? ", and not by " : ", ")}`{other.Name}`"));
        if (first.IsRank) return $"; `{name}` decides, 1 is the best{others}";
        return ratings.Count > 1 ? $"; `{name}` decides{others}" : "";
    }

    /// <summary>The field that calls another answer the best than the one that decides.</summary>
    private string? Disagreement(FieldRecord row, List<FieldValue> answers, List<float?> scores)
    {
        float? best = scores.Max();
        foreach (RatingField other in ratings.Skip(1))
        {
            FieldValue[] values = columns.Scores is null
                ? ListText.Of(LayoutColumns.Get(row, columns.Responses)).Items.Select(item => item.Record[other.Name]).ToArray()
                : ListText.Of(LayoutColumns.Get(row, other.Name)) is { Kind: FieldKind.List } list ? list.Items : [];
            if (values.Length != answers.Count) continue;
            float?[] others = values.Select((value, i) => scores[i] is not null && other.TryReadValue(value, out float? score) ? score : null).ToArray();
            if (others.Max() is not { } most || others.Count(score => score is not null) < 2) continue;
            if (!Enumerable.Range(0, answers.Count).Any(i => scores[i] == best && others[i] == most))
                return $"`{ratings[0].Name}`, which decides, and `{other.Name}` disagree about the best answer";
        }
        return null;
    }

    private NamedValue Answer(List<FieldValue> answers, int index) => new($"{columns.Responses}[{index}]", answers[index]);

    private RowFault? ReadAnswers(FieldRecord row, out List<FieldValue> answers, out List<float?> scores)
    {
        answers = [];
        scores = [];
        FieldValue list = ListText.Of(LayoutColumns.Get(row, columns.Responses));
        if (list.Kind != FieldKind.List) return RowFault.Type(columns.Responses!, "a list of answers", list);
        if (list.Items.Length > MaxAnswers)
            return RowFault.Malformed($"`{columns.Responses}` must hold at most {MaxAnswers} answers, but holds {list.Items.Length}.");
        FieldValue given = ListText.Of(LayoutColumns.Get(row, columns.Scores));
        if (columns.Scores is not null && (given.Kind != FieldKind.List || given.Items.Length != list.Items.Length))
        {
            return given.Kind != FieldKind.List
                ? RowFault.Type(columns.Scores, "a list of numbers", given)
                : RowFault.Malformed($"`{columns.Scores}` must hold as many numbers as `{columns.Responses}` has answers, {list.Items.Length}, " +
                    $"but holds {given.Items.Length}.");
        }
        for (int i = 0; i < list.Items.Length; i++)
        {
            FieldValue answer = list.Items[i];
            if (columns.Scores is null && RatedItem.Read(list.Items[i], out answer) is { } fault)
                return fault with { Message = $"`{columns.Responses}[{i}]`: {fault.Message}" };
            FieldValue rating = columns.Scores is null ? list.Items[i].Record[ratings[0].Name] : given.Items[i];
            if (!ratings[0].TryReadValue(rating, out float? score)) return RowFault.Type($"{columns.Scores ?? columns.Responses}[{i}]", "a number", rating);
            answers.Add(answer);
            // An answer that says nothing takes no part.
            scores.Add(answer.IsNull || (answer.Kind == FieldKind.Text && string.IsNullOrWhiteSpace(answer.Text)) ? null : score);
        }
        return null;
    }
}
