using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Rows with a prompt, a list of two answers and the place of the better one, counted from 0, as the comparisons of summaries have it.</summary>
/// <param name="columns">The fields; the answers are <see cref="LayoutColumns.Responses"/>.</param>
/// <param name="choice">The field that holds the place.</param>
/// <param name="otherPrompt">Where the prompt stands in rows that have none at its place; null for nowhere.</param>
internal sealed class ChoiceLayout(LayoutColumns columns, string choice, string? otherPrompt, IReadOnlyCollection<string> names, TextMode prompts) : IPairLayout
{
    private static readonly string[] Lists = ["summaries", .. FieldNames.ResponseLists],
        Choices = ["choice", "best", "bestindex", "chosenindex", "preferredindex"];

    private readonly PairBuilder _builder = new(columns, TextMode.Answer, prompts);
    private readonly PairBuilder _other = new(columns with { Prompt = otherPrompt ?? columns.Prompt }, TextMode.Answer, prompts);

    public string Description => $"pairs of answers in a list ({columns.Describe()}; `{choice}` decides: 0 the first, 1 the second)";

    public IReadOnlyCollection<string> Fields { get; } = [.. columns.TopLevel(names), choice];

    public LayoutColumns Columns => columns;

    /// <summary>The list and the place; null where there are none.</summary>
    public static (string List, string Choice)? Find(FieldLookup fields)
    {
        string? list = Lists.Select(fields.Find).FirstOrDefault(name => name is not null && fields.All(name, value => ListText.Of(value) is
            { Kind: FieldKind.List, Items: [var first, var second] } && IsAnswer(first) && IsAnswer(second)));
        string? choice = Choices.Select(fields.Find).FirstOrDefault(name => name is not null && fields.All(name, value => Place(value) is not null));
        return list is null || choice is null ? null : (list, choice);
    }

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        FieldValue list = ListText.Of(LayoutColumns.Get(row, columns.Responses)), place = row[choice];
        RowFault? fault = list is not { Kind: FieldKind.List, Items.Length: 2 } ? RowFault.Type(columns.Responses!, "a list of two answers", list)
            : Place(place) is null ? RowFault.Type(choice, "0 or 1", place) : null;
        if (fault is not null)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        int better = Place(place)!.Value;
        NamedValue Answer(int index) => new($"{columns.Responses}[{index}]",
            list.Items[index].Kind == FieldKind.Record && RatedItem.Read(list.Items[index], out FieldValue text) is null ? text : list.Items[index]);
        PairBuilder builder = LayoutColumns.Get(row, columns.Prompt).IsNull ? _other : _builder;
        outcomes.Add(builder.Build(row, location, Answer(better), Answer(1 - better), null, null));
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        // Every row stands for itself.
    }

    private static bool IsAnswer(FieldValue value) => value.Kind == FieldKind.Text || RatedItem.Looks(value);

    private static int? Place(FieldValue value) =>
        Verdict.IsNumber(value) && ScoreField.TryRead(value, out float? number) && number is 0 or 1 ? (int)number : null;
}
