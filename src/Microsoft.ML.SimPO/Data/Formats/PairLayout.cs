using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Rows that have a field for the chosen and one for the rejected answer.</summary>
internal sealed class PairLayout(LayoutColumns columns, IReadOnlyCollection<string> names, TextMode answers, TextMode prompts, string kind, bool literal,
    PromptOrigin origin, bool mayShareNothing, bool asGiven)
    : IPairLayout
{
    private readonly PairBuilder _builder = new(columns, answers, prompts, literal, mayShareNothing);

    public string Description => $"{kind} ({columns.Describe()})";

    public IReadOnlyCollection<string> Fields { get; } = columns.TopLevel(names);

    public LayoutColumns Columns => columns;

    public PromptOrigin Prompts => origin;

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        RowFault? fault = ScoreField.TryRead(row, columns.ScoreChosen, out float? chosen) ?? ScoreField.TryRead(row, columns.ScoreRejected, out _);
        if (fault is not null)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        ScoreField.TryRead(row, columns.ScoreRejected, out float? rejected);
        NamedValue better = Field(row, columns.Chosen!), worse = Field(row, columns.Rejected!);
        PromptedAnswers? given = asGiven ? GivenPair.Read(row, columns, better, worse, out fault) : null;
        outcomes.Add(fault is not null ? new PairOutcome(null, fault, location)
            : given is not null ? new PairOutcome(PreferenceRow.Of(given, chosen, rejected), null, location)
            : _builder.Build(row, location, better, worse, chosen, rejected));
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        // Every row stands for itself.
    }

    private static NamedValue Field(FieldRecord row, string name) => new(name, LayoutColumns.Get(row, name));
}
