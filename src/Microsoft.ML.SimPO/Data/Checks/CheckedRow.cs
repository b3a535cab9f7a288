using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Data.Formats;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>A row as the rules see it: as it stands in the data, as a pair, and as the model would get it.</summary>
internal sealed class CheckedRow
{
    /// <param name="index">From 0.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="fields">As the container gave it; null where it could not be read, or where it was made of several rows.</param>
    /// <param name="columns">What its fields are; null where that is not known.</param>
    /// <param name="outcome">The pair, or why there is none.</param>
    public CheckedRow(long index, RowLocation location, FieldRecord? fields, LayoutColumns? columns, PairOutcome outcome)
    {
        (Index, Location, Fields, Columns, Pair, Fault, Warning) = (index, location, fields, columns, outcome.Row, outcome.Fault, outcome.Warning);
        (Turns, PromptKey) = Pair is null ? default : (Pair.Messages(), TextKey.OfPrompt(Pair.Prompt));
        (Chosen, Rejected) = Turns is null ? (Raw(columns?.Chosen), Raw(columns?.Rejected)) : (Words(Turns.Answers[0]), Words(Turns.Answers[1]));
        Question = Turns?.Prompt.Messages.LastOrDefault(turn => turn.Role == Message.User)?.Content ?? "";
    }

    public long Index { get; }

    public RowLocation Location { get; }

    public FieldRecord? Fields { get; }

    public LayoutColumns? Columns { get; }

    /// <summary>Null where the row is no pair.</summary>
    public PreferenceRow? Pair { get; }

    /// <summary>The pair as messages.</summary>
    public PromptedAnswers? Turns { get; }

    /// <summary>What the prompt was before it became turns.</summary>
    public PromptOrigin Origin { get; init; }

    /// <summary>Stands for the pair's prompt, up to case and white space; 0 for none.</summary>
    public UInt128 PromptKey { get; }

    /// <summary>Why it is no pair.</summary>
    public RowFault? Fault { get; }

    /// <summary>What is odd about the pair that was made of it; null for nothing.</summary>
    public string? Warning { get; }

    /// <summary>The words of the answers, also of a row that is no pair as far as they can be found.</summary>
    public string Chosen { get; }

    /// <inheritdoc cref="Chosen"/>
    public string Rejected { get; }

    /// <summary>The user's last turn.</summary>
    public string Question { get; }

    /// <summary>As the model gets it; null where no model was named or the row is refused.</summary>
    public EncodingDetail? Encoded { get; set; }

    /// <summary>Why the model cannot get it.</summary>
    public string? Refusal { get; set; }

    /// <summary>Whether the data have messages in the place of a prompt, or of whole conversations.</summary>
    public bool HasMessages =>
        Fields is not null && Columns is not null && (IsList(Columns.Prompt) || (Columns.Prompt is null && IsList(Columns.Chosen)));

    /// <summary>The value of a field of the data.</summary>
    public FieldValue Value(string? path) => Fields is null ? default : LayoutColumns.Get(Fields, path);

    private bool IsList(string? path) => Value(path) is { Kind: FieldKind.List } value && MessageParser.IsMessages(value);

    private static string Words(IReadOnlyList<Message> answer) =>
        answer.Count == 1 ? answer[0].Content : string.Join("\n", answer.Select(turn => turn.Content));

    /// <summary>The words of a field that is text or messages.</summary>
    private string Raw(string? path)
    {
        FieldValue value = Value(path);
        if (value.Kind == FieldKind.Text) return value.Text;
        var messages = new List<Message>();
        bool isRead = value.Kind is FieldKind.List or FieldKind.Record && MessageParser.TryRead(value, path!, messages, anyRole: true) is null;
        return isRead && messages.Count > 0 ? messages[^1].Content : "";
    }
}
