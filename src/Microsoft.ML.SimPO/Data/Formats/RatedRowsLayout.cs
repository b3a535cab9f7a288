using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// Rows with a prompt, one answer and its score; those of one prompt are brought together, wherever in the data they stand. Of a prompt
/// only the answers that can still be in a pair are kept: the best and the worst, unless all pairs are asked for.
/// </summary>
internal sealed class RatedRowsLayout(LayoutColumns columns, IReadOnlyCollection<string> names, TextMode prompts, PreferenceLoadOptions options) : IPairLayout
{
    private readonly PairBuilder _builder = new(columns, TextMode.Answer, prompts);
    private readonly RatingField _rating = RatingField.Of(columns.Scores!);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly List<Group> _order = [];

    public string Description => $"answers with scores, one row an answer ({columns.Describe()}{(_rating.IsRank ? "; 1 is the best" : "")})";

    public IReadOnlyCollection<string> Fields { get; } = columns.TopLevel(names);

    public LayoutColumns Columns => columns;

    public PromptOrigin Prompts => prompts == TextMode.Dialogue ? PromptOrigin.Dialogue : PromptOrigin.Given;

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        FieldValue answer = LayoutColumns.Get(row, columns.Responses);
        RowFault? fault = _builder.TryFormatPrompt(row, out string prompt)
            ?? (answer.Kind == FieldKind.Text ? null : RowFault.Type(columns.Responses!, "text", answer))
            ?? (string.IsNullOrWhiteSpace(answer.Text) ? RowFault.Empty(columns.Responses!) : null)
            ?? ScoreField.TryRead(row, columns.Scores, out _);
        if (fault is not null)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        if (!_groups.TryGetValue(prompt, out Group? group))
        {
            _groups.Add(prompt, group = new Group(prompt, location));
            _order.Add(group);
        }
        ScoreField.TryRead(row, columns.Scores, out float? score);
        if (score is { } known) group.Add(answer.Text, _rating.IsRank ? -known : known, options.RatedPairs);
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        foreach (Group group in _order)
        {
            List<(int Chosen, int Rejected)> pairs = RatedAnswers.Pairs(group.Scores, options.RatedPairs, options.MinimumRatingGap);
            if (pairs.Count == 0) outcomes.Add(new PairOutcome(null, RatedAnswers.NoPair(group.Count, options.MinimumRatingGap), group.First));
            foreach ((int chosen, int rejected) in pairs)
            {
                float? first = _rating.IsRank ? null : group.Scores[chosen], second = _rating.IsRank ? null : group.Scores[rejected];
                PromptedAnswers pair = new(ConversationText.Parse(group.Prompt), [Words(group.Answers[chosen]), Words(group.Answers[rejected])]);
                outcomes.Add(new PairOutcome(PreferenceRow.Of(pair, first, second), null, group.First));
            }
        }
    }

    private static Message[] Words(string answer) => [new Message(Message.Assistant, answer)];

    private sealed class Group(string prompt, RowLocation first)
    {
        public string Prompt => prompt;

        public RowLocation First => first;

        public int Count { get; private set; }

        public List<string> Answers { get; } = [];

        public List<float?> Scores { get; } = [];

        public void Add(string answer, float score, RatedPairs pairs)
        {
            Count++;
            Answers.Add(answer);
            Scores.Add(score);
            if (pairs == RatedPairs.All ? Count <= RatedListLayout.MaxAnswers : Answers.Count < 3) return;
            RemoveAt(pairs == RatedPairs.All ? Answers.Count - 1 : Middle());
        }

        /// <summary>The one of three answers that is neither the first of the best nor the first of the worst.</summary>
        private int Middle()
        {
            List<(int Chosen, int Rejected)> kept = RatedAnswers.Pairs(Scores, RatedPairs.BestAndWorst, 0);
            return kept.Count == 0 ? 2 : 3 - kept[0].Chosen - kept[0].Rejected;
        }

        private void RemoveAt(int index)
        {
            Answers.RemoveAt(index);
            Scores.RemoveAt(index);
        }
    }
}
