using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Makes a pair of a row's prompt fields and two answers, whichever of the usual shapes these have.</summary>
/// <param name="columns">The fields.</param>
/// <param name="answers">What text in an answer is.</param>
/// <param name="prompts">What text in a prompt is.</param>
/// <param name="literal">Whether text is taken as it stands, whatever it looks like.</param>
/// <param name="mayShareNothing">Whether two texts that are to begin with their prompt may have none.</param>
internal sealed class PairBuilder(LayoutColumns columns, TextMode answers, TextMode prompts, bool literal = false, bool mayShareNothing = false)
{
    /// <summary>
    /// The pair, or a fault. <paramref name="chosen"/> and <paramref name="rejected"/> come with the names that a fault calls them.
    /// </summary>
    public PairOutcome Build(FieldRecord row, RowLocation location, NamedValue chosen, NamedValue rejected, float? scoreChosen, float? scoreRejected)
    {
        List<Message> prompt = [], chosenSide = [], rejectedSide = [];
        int border = 0;
        RowFault? fault = MediaFields.Check(row, columns.Media)
            ?? ReadPrompt(row, prompt)
            ?? ReadSides(prompt, chosen, rejected, chosenSide, rejectedSide)
            ?? AnswerBorder.Find(prompt, new(chosen.Name, chosenSide), new(rejected.Name, rejectedSide), out border);
        if (fault is not null) return new PairOutcome(null, fault, location);
        List<Message> before = chosenSide[..border];
        fault = Complete(row, before, out Conversation conversation);
        if (fault is not null) return new PairOutcome(null, fault, location);
        var pair = new PromptedAnswers(conversation, [Answer(chosenSide, border), Answer(rejectedSide, border)]);
        string? warning = mayShareNothing && IsSilence(before) ? SharedPrompt.Nothing : null;
        return new PairOutcome(PreferenceRow.Of(pair, scoreChosen, scoreRejected), null, location) { Warning = warning };
    }

    /// <summary>The prompt alone, as the text of a `Prompt` column; for layouts that group rows by it.</summary>
    public RowFault? TryFormatPrompt(FieldRecord row, out string text)
    {
        text = "";
        var prompt = new List<Message>();
        if ((MediaFields.Check(row, columns.Media) ?? ReadPrompt(row, prompt)) is { } fault) return fault;
        if (prompt.Count == 0) return RowFault.Missing(columns.Prompt ?? "prompt");
        fault = Complete(row, prompt, out Conversation conversation);
        if (fault is null) text = ConversationText.Format(conversation);
        return fault;
    }

    /// <summary>One part of text, and nothing else, is an answer's words; of several a template decides how they are joined.</summary>
    private static List<Message> Answer(List<Message> side, int border) =>
        border == side.Count - 1 && side[border] is { IsPlain: false, Fields.Count: 2 } parts
        && parts.Field(MessageFields.Content) is JinjaList { Items.Length: 1 }
            ? [new Message(parts.Role, parts.Content)]
            : side[border..];

    private RowFault? ReadPrompt(FieldRecord row, List<Message> prompt)
    {
        if (columns.Prompt is not { } name) return null;
        FieldValue value = LayoutColumns.Get(row, name);
        return value.Kind switch
        {
            FieldKind.Null => null,
            FieldKind.Text => ReadPromptText(row, value.Text, prompt),
            FieldKind.List or FieldKind.Record => MessageParser.TryRead(value, name, prompt, anyRole: true),
            _ => RowFault.Type(name, "text or a list of messages", value),
        };
    }

    private RowFault? ReadPromptText(FieldRecord row, string text, List<Message> turns)
    {
        if (prompts == TextMode.Dialogue && Dialogue.Starts(text))
        {
            Dialogue.Read(text, turns);
            return null;
        }
        if (prompts == TextMode.Json) return MessageParser.TryRead(JsonText.TryParseAny(text), columns.Prompt!, turns, anyRole: true);
        if (prompts == TextMode.JsonOrText && JsonText.TryParseMessages(text) is { IsNull: false } messages)
            return MessageParser.TryRead(messages, columns.Prompt!, turns, anyRole: true);
        if (!literal && PrintedMessages.Check(text, columns.Prompt!) is { } printed) return printed;
        FieldValue input = LayoutColumns.Get(row, columns.Input);
        if (!input.IsNull && input.Kind != FieldKind.Text) return RowFault.Type(columns.Input!, "text", input);
        turns.Add(new Message(Message.User, input.IsNull || input.Text.Length == 0 ? text : $"{text}\n{input.Text}"));
        return null;
    }

    private RowFault? ReadSides(List<Message> prompt, NamedValue chosen, NamedValue rejected, List<Message> chosenSide, List<Message> rejectedSide)
    {
        if (answers == TextMode.PromptAndAnswer && chosen.Value.Kind == FieldKind.Text && rejected.Value.Kind == FieldKind.Text)
            return SharedPrompt.Split(chosen, rejected, chosenSide, rejectedSide, mayShareNothing);
        if (ReadSide(prompt, chosen, chosenSide) is { } fault) return fault;
        // What was said, with another answer beside it (ms-swift): what is before the one is before the other.
        bool isAlone = rejected.Value.Kind == FieldKind.Text || MessageParser.BeginsWithAssistant(rejected.Value);
        return ReadSide(prompt.Count == 0 && chosenSide.Count > 1 && isAlone ? chosenSide[..^1] : prompt, rejected, rejectedSide);
    }

    /// <summary>Reads one conversation: the prompt and, as its last turns, the answer.</summary>
    private RowFault? ReadSide(List<Message> prompt, NamedValue answer, List<Message> side)
    {
        RowFault? fault = answer.Value.Kind switch
        {
            FieldKind.Text => ReadText(answer.Value.Text, answer.Name, side),
            FieldKind.List or FieldKind.Record => MessageParser.TryRead(answer.Value, answer.Name, side),
            _ => RowFault.Type(answer.Name, "text or a list of messages", answer.Value),
        };
        if (fault is not null) return fault;
        if (side.Count == 0) return RowFault.Empty(answer.Name);
        if (side[^1].Role != Message.Assistant)
            return new RowFault(DropReason.WrongRole, $"`{answer.Name}` must end with a message of the assistant, but ends with one of `{side[^1].Role}`.");
        if (prompt.Count > 0) AnswerBorder.Precede(prompt, side);
        return side.Count == 1 ? RowFault.Missing(columns.Prompt ?? "prompt") : null;
    }

    private RowFault? ReadText(string text, string name, List<Message> side)
    {
        if (answers == TextMode.Json) return MessageParser.TryRead(JsonText.TryParseAny(text), name, side);
        if (!literal && PrintedMessages.Check(text, name) is { } printed) return printed;
        if (answers == TextMode.Dialogue && Dialogue.Starts(text)) Dialogue.Read(text, side);
        else side.Add(new Message(Message.Assistant, answers == TextMode.Dialogue ? Dialogue.AfterBlank(text) : text));
        return null;
    }

    /// <summary>The conversation of a prompt, with all that has columns of its own: earlier turns, the system message, tools.</summary>
    private RowFault? Complete(FieldRecord row, List<Message> prompt, out Conversation conversation)
    {
        conversation = new Conversation(prompt);
        return Precede(row, prompt) ?? ConversationFields.Read(row, columns, prompt, out conversation);
    }

    /// <summary>Puts the system message and the earlier turns before the prompt.</summary>
    private RowFault? Precede(FieldRecord row, List<Message> prompt)
    {
        if (ReadHistory(row, out List<Message> earlier) is { } fault) return fault;
        prompt.InsertRange(prompt[0].Role == Message.System ? 1 : 0, earlier);
        FieldValue system = LayoutColumns.Get(row, columns.System);
        if (!system.IsNull)
        {
            List<Message> message = [];
            if (system.Kind == FieldKind.Record && MessageParser.TryRead(system, columns.System!, message) is null)
                system = FieldValue.Of(message[0].Content);
            if (system.Kind != FieldKind.Text) return RowFault.Type(columns.System!, "text", system);
            if (system.Text.Length > 0 && prompt[0].Role != Message.System) prompt.Insert(0, new Message(Message.System, system.Text));
        }
        // A user who says nothing asks nothing; where there is no user, what the system or a tool says is answered.
        bool hasUser = prompt.Exists(turn => turn.Role == Message.User);
        bool asks = prompt.Exists(turn => (turn.Role == Message.User || !hasUser) && !VisibleText.IsBlank(turn.Content));
        return asks || (mayShareNothing && IsSilence(prompt)) ? null : RowFault.Empty(columns.Prompt ?? "prompt");
    }

    private static bool IsSilence(List<Message> prompt) => prompt is [{ Role: Message.User, Content: "" }];

    private RowFault? ReadHistory(FieldRecord row, out List<Message> earlier)
    {
        earlier = [];
        FieldValue history = LayoutColumns.Get(row, columns.History);
        if (history.IsNull) return null;
        if (history.Kind == FieldKind.Text) history = JsonText.TryParseAny(history.Text);
        if (history.Kind != FieldKind.List) return RowFault.Type(columns.History!, "a list of messages or of pairs of texts", history);
        if (history.Items.Length == 0) return null;
        if (MessageParser.IsMessages(history)) return MessageParser.TryRead(history, columns.History!, earlier);
        foreach (FieldValue pair in history.Items)
        {
            if (pair is not { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text } question, { Kind: FieldKind.Text } answer] })
                return RowFault.Malformed($"`{columns.History}` must be a list of messages or of pairs of texts, but holds {pair.KindName} of another shape.");
            earlier.Add(new Message(Message.User, question.Text));
            earlier.Add(new Message(Message.Assistant, answer.Text));
        }
        return null;
    }
}
