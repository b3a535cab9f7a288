using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// Rows with a prompt, two answers and a judge's verdict, as HelpSteer3 and the arenas have them. Answers may be whole conversations, or lists of texts that
/// answer a list of prompts in turn.
/// </summary>
/// <param name="inTurns">Whether prompts and answers are such lists, in every row: a text that is none is no answer.</param>
internal sealed class JudgedPairLayout(
    LayoutColumns columns, JudgedFields fields, IReadOnlyCollection<string> names, TextMode answers, TextMode prompts, bool inTurns) : IPairLayout
{
    private readonly PairBuilder _builder = new(columns, answers, prompts);
    private readonly PairBuilder _turns = new(columns with { Prompt = null }, TextMode.Answer, TextMode.Answer);

    public string Description
    {
        get
        {
            string rest = columns.Describe();
            return $"judged pairs ({rest}{(rest.Length > 0 ? ", " : "")}answers `{fields.First}` and `{fields.Second}`; {fields.Verdict.Description})";
        }
    }

    public IReadOnlyCollection<string> Fields { get; } = [.. columns.TopLevel(names), fields.First, fields.Second, .. fields.Verdict.Fields];

    public LayoutColumns Columns => columns;

    public void Convert(FieldRecord row, RowLocation location, List<PairOutcome> outcomes)
    {
        RowFault? fault = fields.Verdict.Read(row, out bool? first, out float? scoreFirst, out float? scoreSecond);
        if (fault is null && first is null)
        {
            string said = string.Join("` and `", fields.Verdict.Fields);
            fault = new RowFault(DropReason.NoPreference, $"The judge must prefer one of the two answers, but `{said}` says neither.");
        }
        if (fault is not null)
        {
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        NamedValue one = new(fields.First, row[fields.First]), two = new(fields.Second, row[fields.Second]);
        PairBuilder builder = _builder;
        if (Turns(row, one.Value) is { } firstTurns && Turns(row, two.Value) is { } secondTurns)
            (one, two, builder) = (one with { Value = firstTurns }, two with { Value = secondTurns }, _turns);
        else if (inTurns)
        {
            string wrong = Turns(row, one.Value) is null ? one.Name : two.Name;
            fault = RowFault.Malformed($"`{wrong}` must be a list of texts, one to each of `{columns.Prompt}`, but is none, or has a null in it.");
            outcomes.Add(new PairOutcome(null, fault, location));
            return;
        }
        outcomes.Add(first!.Value
            ? builder.Build(row, location, one, two, scoreFirst, scoreSecond)
            : builder.Build(row, location, two, one, scoreSecond, scoreFirst));
    }

    public void Finish(List<PairOutcome> outcomes)
    {
        // Every row stands for itself.
    }

    /// <summary>A list of prompts and one of the texts that answer them as one conversation; null where they are no such lists.</summary>
    private FieldValue? Turns(FieldRecord row, FieldValue answer)
    {
        FieldValue[]? questions = Texts(LayoutColumns.Get(row, columns.Prompt)), replies = Texts(answer);
        if (questions is null || replies is null || questions.Length != replies.Length) return null;
        string[] message = ["role", "content"];
        return FieldValue.Of(questions.Zip(replies).SelectMany(turn => (FieldValue[])
        [
            FieldValue.Of(new FieldRecord(message, [FieldValue.Of(Message.User), turn.First])),
            FieldValue.Of(new FieldRecord(message, [FieldValue.Of(Message.Assistant), turn.Second])),
        ]).ToArray());
    }

    /// <summary>The texts of a list, or of a text that is one as JSON; null for anything else.</summary>
    public static FieldValue[]? Texts(FieldValue value)
    {
        if (value.Kind == FieldKind.Text && value.Text.StartsWith("[\"", StringComparison.Ordinal)) value = JsonText.TryParse(value.Text);
        bool texts = value.Kind == FieldKind.List && value.Items.Length > 0 && Array.TrueForAll(value.Items, item => item.Kind == FieldKind.Text);
        return texts ? value.Items : null;
    }
}
