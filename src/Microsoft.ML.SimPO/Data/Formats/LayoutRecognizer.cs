using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Finds out how rows make pairs, from their fields and the options.</summary>
internal sealed class LayoutRecognizer(string dataName, FieldLookup fields, PreferenceLoadOptions options)
{
    private PreferenceColumns Given => options.Columns;

    /// <summary>The layout of the data.</summary>
    /// <exception cref="InvalidDataException">The rows are not pairs, or have names that are not recognised.</exception>
    /// <exception cref="ArgumentException">A column of the options is not in the data.</exception>
    public IPairLayout Recognize()
    {
        CheckGivenColumns();
        bool rated = options.Format is PreferenceFormat.RatedList or PreferenceFormat.RatedRows || (Given.Responses is not null && Given.Chosen is null);
        if (!rated && FindAnswers() is { } answers) return Pairs(answers.Chosen, answers.Rejected);
        bool mayBeJudged = options.Format is PreferenceFormat.Auto or PreferenceFormat.Plain or PreferenceFormat.Chat && Given.Responses is null;
        if (mayBeJudged && FindJudged() is { } judged) return judged;
        if (options.Format != PreferenceFormat.RatedRows && FindRatedList() is { } list) return list;
        if (options.Format != PreferenceFormat.RatedList && FindRatedRows() is { } single) return single;
        if (FindChoices() is { } choices) return choices;
        throw NotPairs();
    }

    private void CheckGivenColumns()
    {
        (string Column, string? Name)[] given =
        [
            (nameof(Given.Prompt), Given.Prompt), (nameof(Given.Input), Given.Input), (nameof(Given.System), Given.System),
            (nameof(Given.History), Given.History),
            (nameof(Given.Chosen), Given.Chosen), (nameof(Given.Rejected), Given.Rejected), (nameof(Given.ScoreChosen), Given.ScoreChosen),
            (nameof(Given.ScoreRejected), Given.ScoreRejected), (nameof(Given.Responses), Given.Responses), (nameof(Given.Scores), Given.Scores),
        ];
        OptionFaults.Throw(given.Where(g => g.Name is not null && !fields.Has(g.Name))
            .Select(g => $"`{nameof(options.Columns)}.{g.Column}` must be a field of {dataName}, but was `{g.Name}`. Its fields are {FieldList()}.").ToList());
        if ((Given.Chosen is null) != (Given.Rejected is null))
            throw new ArgumentException($"`{nameof(options.Columns)}.{nameof(Given.Chosen)}` and `{nameof(Given.Rejected)}` must be given both or neither.");
    }

    private (string Chosen, string Rejected)? FindAnswers() =>
        Given is { Chosen: { } chosen, Rejected: { } rejected } ? (chosen, rejected) : fields.Find(FieldNames.Answers);

    private PairLayout Pairs(string chosen, string rejected)
    {
        (string First, string Second)? scores = fields.Find(FieldNames.AnswerScores);
        LayoutColumns columns = PromptColumns([chosen, rejected]) with
        {
            Chosen = chosen,
            Rejected = rejected,
            ScoreChosen = Given.ScoreChosen ?? scores?.First,
            ScoreRejected = Given.ScoreRejected ?? scores?.Second,
        };
        TextMode mode = AnswerMode(columns);
        bool literal = options.Format == PreferenceFormat.Plain;
        if (!literal && fields.AllTexts(chosen, PrintedMessages.IsListOfOneText) && fields.AllTexts(rejected, PrintedMessages.IsListOfOneText))
        {
            throw new InvalidDataException($"{dataName}: `{chosen}` and `{rejected}` hold lists of one text as Python prints them, not texts. " +
                $"Take the texts out of their lists, or set `{nameof(options.Format)}` to `{nameof(PreferenceFormat.Plain)}` where they are meant so.");
        }
        PromptOrigin origin = Origin(columns, mode);
        bool mayShareNothing = origin == PromptOrigin.Shared && (columns.Prompt is not null || !HasOtherWords(columns));
        return new PairLayout(columns, fields.Names, mode, PromptMode(columns, mode), Kind(columns, mode), literal, origin, mayShareNothing, options.AsGiven);
    }

    /// <summary>Whether a field beside the answers may hold the prompts under a name that nobody knows.</summary>
    private bool HasOtherWords(LayoutColumns columns) => fields.Names
        .Where(name => name != columns.Chosen && name != columns.Rejected)
        .Any(name => fields.Values(name).Any(value => value.Kind is FieldKind.Text or FieldKind.List or FieldKind.Record));

    private PromptOrigin Origin(LayoutColumns columns, TextMode mode)
    {
        bool isSaid = options.View is not null && columns.Prompt is not null;
        if (isSaid && PromptAnnotation.Of(options.View!, columns.Prompt!) is not PromptOrigin.Given and var said) return said;
        PromptOrigin shared = columns.Prompt is null && mode is (TextMode.PromptAndAnswer or TextMode.Dialogue) ? PromptOrigin.Shared : PromptOrigin.Given;
        if (mode != TextMode.Dialogue) return shared;
        bool isBare = fields.AllTexts(columns.Prompt ?? columns.Chosen, text => Dialogue.Starts(text) && !text.StartsWith('\n'));
        return shared | PromptOrigin.Dialogue | (isBare ? PromptOrigin.BareDialogue : PromptOrigin.Given);
    }

    /// <summary>The fields of the prompt; <paramref name="taken"/> have another part already.</summary>
    private LayoutColumns PromptColumns(params string?[] taken)
    {
        // Whole conversations need no other list beside them, which is no messages.
        bool areWhole = taken is [{ } first, ..]
            && fields.All(first, value => value is { Kind: FieldKind.List, Items.Length: > 1 } && MessageParser.IsMessages(value));
        string? prompt = Given.Prompt ?? FieldNames.Prompts.Select(fields.Find)
            .FirstOrDefault(name => name is not null && !taken.Contains(name) && fields.Values(name).Any(IsPrompt))
            ?? FieldNames.Prompts.Select(fields.Find)
                .FirstOrDefault(name => name is not null && !taken.Contains(name) && !(areWhole && fields.All(name, value => value.Kind == FieldKind.List)));
        // OpenAI's preference format: messages and tools in one object.
        string? container = Given.Prompt is null && prompt is not null && fields.All(prompt, HoldsMessages) ? prompt : null;
        if (container is not null) prompt = $"{container}.messages";
        else if (Given.Prompt is null) prompt = prompt is null ? Posts().FirstOrDefault() : Inside(prompt);
        string? history = Given.History ?? fields.Find(FieldNames.Histories);
        string? input = Given.Input ?? (prompt is not null && FieldNames.Normalize(prompt) == "instruction" ? fields.Find("input") : null);
        return new LayoutColumns
        {
            Prompt = prompt,
            Input = input,
            System = Given.System ?? fields.Find(FieldNames.Systems),
            History = history == prompt ? null : history,
            Tools = Known(container, FieldNames.Tools, IsListOfObjects) ?? Known(container, FieldNames.FormerTools, IsListOfObjects),
            Documents = Known(container, FieldNames.Documents, IsListOfObjects),
            Variables = Known(container, FieldNames.Variables, value => value is JinjaDictionary),
            Media = MediaFields.Find(fields),
        };
    }

    /// <summary>The text of a question that is an object, as WebGPT's comparisons have it.</summary>
    private string Inside(string prompt)
    {
        string text = $"{prompt}.full_text";
        return fields.All(prompt, value => value.Kind == FieldKind.Record) && fields.All(text, value => value.Kind == FieldKind.Text) ? text : prompt;
    }

    /// <summary>What was to be summarised, as the comparisons of summaries have it: a post, or an article.</summary>
    private string[] Posts() => fields.All("info", value => value.Kind == FieldKind.Record)
        ? [.. new[] { "info.post", "info.article" }.Where(path => fields.All(path, value => value.Kind == FieldKind.Text))] : [];

    private static bool HoldsMessages(FieldValue value) => value.Kind == FieldKind.Record && MessageParser.IsMessages(value.Record["messages"]);

    /// <summary>A field that chat templates know by that very name, if it holds what they expect; other data may have the word for something else.</summary>
    /// <param name="container">The object that has the messages, in which it may stand too; null for none.</param>
    private string? Known(string? container, string name, Func<object?, bool> isRight)
    {
        object? Tree(FieldValue value) => FieldTree.OfJson(value.Kind == FieldKind.Text ? ConversationText.Value(value.Text) : FieldTree.Of(value));
        if (fields.Names.Contains(name) && fields.All(name, value => isRight(Tree(value)))) return name;
        string inside = $"{container}.{name}";
        bool isInside = container is not null && fields.All(inside, value => isRight(Tree(value)));
        return isInside && fields.Values(inside).Any(value => Tree(value) is not JinjaList { Items.Length: 0 }) ? inside : null;
    }

    private static bool IsListOfObjects(object? value) => value is JinjaList list && Array.TrueForAll(list.Items, item => item is JinjaDictionary);

    private static bool IsPrompt(FieldValue value) => value.Kind == FieldKind.Text || MessageParser.IsMessages(value);

    private TextMode AnswerMode(LayoutColumns columns)
    {
        if (options.Format != PreferenceFormat.Auto)
        {
            return options.Format switch
            {
                PreferenceFormat.ImplicitPrompt => TextMode.PromptAndAnswer,
                PreferenceFormat.AnthropicDialogue => TextMode.Dialogue,
                PreferenceFormat.Chat when IsJson(columns.Chosen) => TextMode.Json,
                _ => TextMode.Answer,
            };
        }
        if (fields.AllTexts(columns.Chosen, Dialogue.Looks) || fields.AllTexts(columns.Prompt, Dialogue.Looks)) return TextMode.Dialogue;
        if (IsJson(columns.Chosen) && IsJson(columns.Rejected)) return TextMode.Json;
        return columns.Prompt is null ? TextMode.PromptAndAnswer : TextMode.Answer;
    }

    private TextMode PromptMode(LayoutColumns columns, TextMode answers)
    {
        if (answers == TextMode.Dialogue) return TextMode.Dialogue;
        if (options.Format is not (PreferenceFormat.Auto or PreferenceFormat.Chat)) return TextMode.Answer;
        if (options.View is not null) return TextMode.JsonOrText;
        if (IsJson(columns.Prompt)) return TextMode.Json;
        return fields.Values(columns.Prompt).Any(value => value.Kind == FieldKind.Text && IsMessages(value.Text)) ? TextMode.JsonOrText : TextMode.Answer;
    }

    private bool IsJson(string? path) => fields.AllTexts(path, IsMessages);

    private static bool IsMessages(string text) => !JsonText.TryParseMessages(text).IsNull;

    private string Kind(LayoutColumns columns, TextMode mode) => mode switch
    {
        TextMode.Dialogue => "dialogues with Human and Assistant",
        TextMode.Json when fields.AllTexts(columns.Chosen, text => !JsonText.TryParse(text).IsNull) => "chat messages as JSON text",
        TextMode.Json => "chat messages as printed text",
        _ when fields.Values(columns.Chosen).Any(value => value.Kind is FieldKind.List or FieldKind.Record) => "chat messages",
        TextMode.PromptAndAnswer => "texts that start with their prompt",
        _ => "plain text",
    };

    private JudgedPairLayout? FindJudged()
    {
        if (JudgedFields.Find(fields, out (string First, string Second, string Verdict)? unclear) is not { } judged)
        {
            if (unclear is not { } pair) return null;
            string values = string.Join(", ", fields.Values(pair.Verdict).Select(Show).Distinct(StringComparer.Ordinal).Take(5));
            throw new InvalidDataException($"{dataName}: `{pair.Verdict}` seems to say which of `{pair.First}` and `{pair.Second}` is better, " +
                $"but its values ({values}) do not tell how. Name the better one's field in it, or give `{nameof(options.Columns)}.{nameof(Given.Chosen)}` and "
                    + $"`{nameof(Given.Rejected)}`.");
        }
        LayoutColumns columns = PromptColumns([judged.First, judged.Second, .. judged.Verdict.Fields]);
        LayoutColumns first = columns with { Chosen = judged.First, Rejected = judged.Second };
        TextMode mode = IsJson(judged.First) && IsJson(judged.Second) ? TextMode.Json : TextMode.Answer;
        bool whole = fields.All(judged.First, MessageParser.IsMessages) || mode == TextMode.Json;
        bool inTurns = new[] { columns.Prompt, judged.First, judged.Second }.All(name => fields.Values(name).Any(v => JudgedPairLayout.Texts(v) is not null));
        return columns.Prompt is null && !whole ? null : new JudgedPairLayout(columns, judged, fields.Names, mode, PromptMode(first, mode), inTurns);
    }

    private static string Show(FieldValue value) => value.Kind switch
    {
        FieldKind.Text => $"`{Excerpt.Of(value.Text)}`",
        FieldKind.Number => FormattableString.Invariant($"{value.Number}"),
        _ => value.KindName,
    };

    private RatedListLayout? FindRatedList()
    {
        string? responses = Given.Responses ?? FieldNames.ResponseLists.Concat(FieldNames.Responses).Select(fields.Find)
            .FirstOrDefault(name => name is not null && fields.All(name, ListText.Is));
        if (responses is null || !fields.All(responses, ListText.Is)) return null;
        // `completions.rating`: a field of the answers' objects.
        string? own = Given.Scores?.StartsWith($"{responses}.", StringComparison.Ordinal) == true ? Given.Scores[(responses.Length + 1)..] : null;
        string?[] named = [own is null ? Given.Scores : null, .. FieldNames.ScoreLists.Concat(FieldNames.RankLists).Select(fields.Find)];
        string[] lists = named.OfType<string>().Distinct(StringComparer.Ordinal)
            .Where(name => name != responses && fields.All(name, ListText.Is)).ToArray();
        string? scores = own is not null ? null : Given.Scores ?? lists.FirstOrDefault();
        List<RatingField> ratings = scores is not null
            ? [.. lists.Select(RatingField.Of).DefaultIfEmpty(RatingField.Of(scores))]
            : RatingField.Find(fields.Values(responses).Select(ListText.Of)).ToList();
        if (own is not null) ratings = [RatingField.Of(own), .. ratings.Where(field => field.Name != own)];
        bool inside = scores is null && ratings.Count > 0 && fields.All(responses, value => ListText.Of(value).Items.Any(RatedItem.Looks));
        if (scores is null && !inside) return null;
        LayoutColumns columns = PromptColumns([responses, scores]) with { Responses = responses, Scores = scores };
        return columns.Prompt is null ? null : new RatedListLayout(columns, ratings, fields.Names, RatedPromptMode(columns), options);
    }

    private RatedRowsLayout? FindRatedRows()
    {
        const string axes = "summary.axes.overall"; // of a summary that is rated alone
        if (Given.Responses is null && Given.Scores is null && Posts() is [var post, ..] && fields.All(axes, IsNumber))
        {
            LayoutColumns summaries = PromptColumns() with { Prompt = post, Responses = "summary.text", Scores = axes };
            return new RatedRowsLayout(summaries, fields.Names, TextMode.Answer, options);
        }
        string? response = Given.Responses ?? fields.Find(FieldNames.Responses);
        string? score = Given.Scores ?? FieldNames.Scores.Concat(FieldNames.Ranks).Select(fields.Find)
            .FirstOrDefault(name => name is not null && fields.All(name, IsNumber));
        if (response is null || score is null) return null;
        LayoutColumns columns = PromptColumns(response, score) with { Responses = response, Scores = score };
        return columns.Prompt is null ? null : new RatedRowsLayout(columns, fields.Names, RatedPromptMode(columns), options);
    }

    private ChoiceLayout? FindChoices()
    {
        if (ChoiceLayout.Find(fields) is not { } found) return null;
        LayoutColumns columns = PromptColumns(found.List, found.Choice) with { Responses = found.List };
        string? other = columns.Prompt is { } prompt ? Posts().FirstOrDefault(path => path != prompt) : null;
        return columns.Prompt is null ? null : new ChoiceLayout(columns, found.Choice, other, fields.Names, RatedPromptMode(columns));
    }

    private TextMode RatedPromptMode(LayoutColumns columns) =>
        options.Format != PreferenceFormat.Plain && fields.AllTexts(columns.Prompt, Dialogue.Looks) ? TextMode.Dialogue : PromptMode(columns, TextMode.Answer);

    private static bool IsNumber(FieldValue value) => value.Kind != FieldKind.Boolean && ScoreField.TryRead(value, out _);

    private InvalidDataException NotPairs()
    {
        if (fields.Find(FieldNames.Responses) is { } response && fields.Find(FieldNames.Labels) is { } label)
        {
            return new InvalidDataException($"{dataName}: single answers with a label are not pairs (`{response}` and `{label}`). " +
                "A pair needs a chosen and a rejected answer to the same prompt. Make pairs of a prompt's answers first, or use data that has them.");
        }
        return new InvalidDataException($"{dataName}: expected preference pairs, with fields like `prompt`, `chosen` and `rejected`, " +
            $"or answers with scores, but found {FieldList()}. " +
            $"Where the fields have other names, give them in `{nameof(PreferenceLoadOptions.Columns)}`.");
    }

    private string FieldList()
    {
        const int shown = 20;
        string list = string.Join(", ", fields.Names.Take(shown).Select(name => $"`{Excerpt.Of(name)}`"));
        return fields.Names.Count > shown ? $"{list} and {fields.Names.Count - shown} more" : fields.Names.Count == 0 ? "none" : list;
    }
}
