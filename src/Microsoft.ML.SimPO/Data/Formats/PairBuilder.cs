using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Makes a pair of a row's prompt fields and two answers, whichever of the usual shapes these have.</summary>
/// <param name="columns">The fields.</param>
/// <param name="answers">What text in an answer is.</param>
/// <param name="prompts">What text in a prompt is.</param>
/// <param name="literal">Whether text is taken as it stands, whatever it looks like.</param>
internal sealed class PairBuilder(LayoutColumns columns, TextMode answers, TextMode prompts, bool literal = false)
{
    /// <summary>
    /// The pair, or a fault. <paramref name="chosen"/> and <paramref name="rejected"/> come with the names that a fault calls them.
    /// </summary>
    public PairOutcome Build(FieldRecord row, RowLocation location, NamedValue chosen, NamedValue rejected, float? scoreChosen, float? scoreRejected)
    {
        List<Turn> prompt = [], chosenSide = [], rejectedSide = [];
        RowFault? fault = ReadPrompt(row, prompt)
            ?? ReadSides(prompt, chosen, rejected, chosenSide, rejectedSide)
            ?? CheckSamePrompt(chosen.Name, rejected.Name, chosenSide, rejectedSide);
        if (fault is not null) return new PairOutcome(null, fault, location);
        string chosenText = chosenSide[^1].Content, rejectedText = rejectedSide[^1].Content;
        chosenSide.RemoveAt(chosenSide.Count - 1);
        fault = Complete(row, chosenSide);
        if (fault is not null) return new PairOutcome(null, fault, location);
        return new PairOutcome(new PreferenceRow(PromptText.Format(chosenSide), chosenText, rejectedText, scoreChosen, scoreRejected), null, location);
    }

    /// <summary>The prompt alone, as the text of a `Prompt` column; for layouts that group rows by it.</summary>
    public RowFault? TryFormatPrompt(FieldRecord row, out string text)
    {
        text = "";
        var prompt = new List<Turn>();
        if (ReadPrompt(row, prompt) is { } fault) return fault;
        if (prompt.Count == 0) return RowFault.Missing(columns.Prompt ?? "prompt");
        fault = Complete(row, prompt);
        if (fault is null) text = PromptText.Format(prompt);
        return fault;
    }

    private RowFault? ReadPrompt(FieldRecord row, List<Turn> prompt)
    {
        if (columns.Prompt is not { } name) return null;
        FieldValue value = LayoutColumns.Get(row, name);
        return value.Kind switch
        {
            FieldKind.Null => null,
            FieldKind.Text => ReadPromptText(row, value.Text, prompt),
            FieldKind.List or FieldKind.Record => TurnParser.TryRead(value, name, prompt),
            _ => RowFault.Type(name, "text or a list of messages", value),
        };
    }

    private RowFault? ReadPromptText(FieldRecord row, string text, List<Turn> turns)
    {
        if (prompts == TextMode.Dialogue && Dialogue.Starts(text))
        {
            Dialogue.Read(text, turns);
            return null;
        }
        if (prompts == TextMode.Json) return TurnParser.TryRead(JsonText.TryParseAny(text), columns.Prompt!, turns);
        if (prompts == TextMode.JsonOrText && JsonText.TryParseMessages(text) is { IsNull: false } messages) return TurnParser.TryRead(messages, columns.Prompt!, turns);
        if (!literal && PrintedMessages.Check(text, columns.Prompt!) is { } printed) return printed;
        FieldValue input = LayoutColumns.Get(row, columns.Input);
        if (!input.IsNull && input.Kind != FieldKind.Text) return RowFault.Type(columns.Input!, "text", input);
        turns.Add(new Turn(Turn.User, input.IsNull || input.Text.Length == 0 ? text : $"{text}\n{input.Text}"));
        return null;
    }

    private RowFault? ReadSides(List<Turn> prompt, NamedValue chosen, NamedValue rejected, List<Turn> chosenSide, List<Turn> rejectedSide)
    {
        if (answers == TextMode.PromptAndAnswer && chosen.Value.Kind == FieldKind.Text && rejected.Value.Kind == FieldKind.Text)
            return SharedPrompt.Split(chosen, rejected, chosenSide, rejectedSide);
        return ReadSide(prompt, chosen, chosenSide) ?? ReadSide(prompt, rejected, rejectedSide);
    }

    /// <summary>Reads one conversation: the prompt and, as its last turn, the answer.</summary>
    private RowFault? ReadSide(List<Turn> prompt, NamedValue answer, List<Turn> side)
    {
        RowFault? fault = answer.Value.Kind switch
        {
            FieldKind.Text => ReadText(answer.Value.Text, answer.Name, side),
            FieldKind.List or FieldKind.Record => TurnParser.TryRead(answer.Value, answer.Name, side),
            _ => RowFault.Type(answer.Name, "text or a list of messages", answer.Value),
        };
        if (fault is not null) return fault;
        if (side.Count == 0) return RowFault.Empty(answer.Name);
        if (side[^1].Role != Turn.Assistant)
            return new RowFault(DropReason.WrongRole, $"`{answer.Name}` must end with a message of the assistant, but ends with one of `{side[^1].Role}`.");
        if (prompt.Count > 0) Precede(prompt, side);
        return side.Count == 1 ? RowFault.Missing(columns.Prompt ?? "prompt") : null;
    }

    private RowFault? ReadText(string text, string name, List<Turn> side)
    {
        if (answers == TextMode.Json) return TurnParser.TryRead(JsonText.TryParseAny(text), name, side);
        if (!literal && PrintedMessages.Check(text, name) is { } printed) return printed;
        if (answers == TextMode.Dialogue && Dialogue.Starts(text)) Dialogue.Read(text, side);
        else side.Add(new Turn(Turn.Assistant, answers == TextMode.Dialogue ? Dialogue.AfterBlank(text) : text));
        return null;
    }

    /// <summary>
    /// Puts the prompt before what goes on from it; a whole conversation stays as it is, but for a system message that only the prompt has.
    /// </summary>
    private static void Precede(List<Turn> prompt, List<Turn> side)
    {
        // Some data has the whole chosen conversation as its prompt too: without its answer it is the beginning of both.
        int length = prompt[^1].Role == Turn.Assistant ? prompt.Count - 1 : prompt.Count;
        bool goesOn = side[0].Role is Turn.Assistant or Turn.Tool || length < prompt.Count;
        if (goesOn && !StartsWith(side, prompt, length)) side.InsertRange(0, prompt);
        else if (prompt[0].Role == Turn.System && side[0].Role != Turn.System) side.Insert(0, prompt[0]);
    }

    private static bool StartsWith(List<Turn> turns, List<Turn> beginning, int length)
    {
        if (length == 0 || turns.Count < length) return false;
        for (int i = 0; i < length; i++)
        {
            if (turns[i] != beginning[i]) return false;
        }
        return true;
    }

    /// <summary>Both conversations must be the same before their answers.</summary>
    private static RowFault? CheckSamePrompt(string chosenName, string rejectedName, List<Turn> chosen, List<Turn> rejected)
    {
        int shared = 0;
        while (shared < chosen.Count && shared < rejected.Count && chosen[shared] == rejected[shared]) shared++;
        if (shared < Math.Max(chosen.Count, rejected.Count) - 1)
        {
            return new RowFault(DropReason.PromptsDiffer,
                $"`{chosenName}` and `{rejectedName}` must be the same up to their last message, but part at message {shared + 1} of {chosen.Count} and {rejected.Count}.");
        }
        if (string.IsNullOrWhiteSpace(chosen[^1].Content)) return RowFault.Empty(chosenName);
        return string.IsNullOrWhiteSpace(rejected[^1].Content) ? RowFault.Empty(rejectedName) : null;
    }

    /// <summary>Puts the system message and the earlier turns, where they have columns of their own, before the prompt.</summary>
    private RowFault? Complete(FieldRecord row, List<Turn> prompt)
    {
        if (ReadHistory(row, out List<Turn> earlier) is { } fault) return fault;
        prompt.InsertRange(prompt[0].Role == Turn.System ? 1 : 0, earlier);
        FieldValue system = LayoutColumns.Get(row, columns.System);
        if (!system.IsNull)
        {
            if (system.Kind != FieldKind.Text) return RowFault.Type(columns.System!, "text", system);
            if (system.Text.Length > 0 && prompt[0].Role != Turn.System) prompt.Insert(0, new Turn(Turn.System, system.Text));
        }
        foreach (Turn turn in prompt)
        {
            if (turn.Role == Turn.User && !string.IsNullOrWhiteSpace(turn.Content)) return null;
        }
        return RowFault.Empty(columns.Prompt ?? "prompt");
    }

    private RowFault? ReadHistory(FieldRecord row, out List<Turn> earlier)
    {
        earlier = [];
        FieldValue history = LayoutColumns.Get(row, columns.History);
        if (history.IsNull) return null;
        if (history.Kind == FieldKind.Text) history = JsonText.TryParseAny(history.Text);
        if (history.Kind != FieldKind.List) return RowFault.Type(columns.History!, "a list of messages or of pairs of texts", history);
        if (history.Items.Length == 0) return null;
        if (TurnParser.IsMessages(history)) return TurnParser.TryRead(history, columns.History!, earlier);
        foreach (FieldValue pair in history.Items)
        {
            if (pair is not { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text } question, { Kind: FieldKind.Text } answer] })
                return RowFault.Malformed($"`{columns.History}` must be a list of messages or of pairs of texts, but holds {pair.KindName} of another shape.");
            earlier.Add(new Turn(Turn.User, question.Text));
            earlier.Add(new Turn(Turn.Assistant, answer.Text));
        }
        return null;
    }
}
