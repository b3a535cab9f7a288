using Microsoft.ML.SimPO.Data.Formats;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>The rules that ask each row alone and need no model.</summary>
internal static class RowRules
{
    public static IEnumerable<IDataRule> All() => [.. Pairs(), .. Words(), .. Turns()];

    private static IEnumerable<IDataRule> Pairs() =>
    [
        new RowRule("sides-identical", FindingSeverity.Error, "Chosen and rejected are the same text, so that the pair teaches nothing,",
            "Remove the rows, or find out why both sides are one.",
            row => AreOne(row) ? $"both are `{Excerpt.Of(row.Chosen)}`" : null),
        new RowRule("answers-empty", FindingSeverity.Error, "An answer is empty or holds no visible character",
            "Remove the rows: an empty answer teaches to say nothing, or that anything is better.",
            EmptyAnswer),
        new RowRule("prompts-differ", FindingSeverity.Error,
            "Chosen and rejected are conversations that part before their answers: they answer different questions",
            "Bring the two sides of one question together.",
            row => row.Fault is { Reason: DropReason.PromptsDiffer } fault ? fault.Message.TrimEnd('.') : null),
        new RowRule("labels-swapped", FindingSeverity.Error, "The rejected answer has the higher score",
            "Find out which of the two is right: swap the answers, or negate the scores.",
            row => row.Pair is { ScoreChosen: { } chosen, ScoreRejected: { } rejected } && rejected > chosen
                ? FormattableString.Invariant($"{chosen} against {rejected}") : null) { LeastShare = 0.02, TellsFewer = true },
        new RowRule("scores-disagree", FindingSeverity.Warning, "Two scores of the answers call other answers the best",
            "Find out which of them is right, and name it in `Columns.Scores`.",
            row => row.Warning == SharedPrompt.Nothing ? null : row.Warning),
        new RowRule("no-prompt", FindingSeverity.Warning, SharedPrompt.Nothing,
            "Give prompts in a field of their own; a model with a chat template refuses such rows.",
            row => row.Warning == SharedPrompt.Nothing ? Excerpt.Quoted(row.Chosen) : null),
        new RowRule("comma-decimals", FindingSeverity.Error,
            "A score is text with a comma for its decimals: read as a number it is 10 or 100 times too large, or missing,",
            "Write numbers with a point, or the scores as numbers.", ScoreColumn.Comma),
        new RowRule("unreadable", FindingSeverity.Error, "A row cannot be read as a pair",
            "Mend or remove the rows; a loader leaves them out and counts them.",
            row => row.Fault is { Reason: DropReason.Malformed or DropReason.MissingField } fault && !IsNamedOtherwise(row)
                ? fault.Message.TrimEnd('.') : null),
    ];

    private static IEnumerable<IDataRule> Words() =>
    [
        new RowRule("html-leftovers", FindingSeverity.Warning, "Answers hold entities, tags or percent-encoding that a web page left",
            "Decode them at the source (html.unescape, urllib.parse.unquote), and take the tags out.",
            row => TextSigns.AsksForMarkup(row.Question) ? null : Excerpt.Quoted(TextSigns.Leftover(row.Chosen) ?? TextSigns.Leftover(row.Rejected)))
            { LeastShare = 0.04, TellsFewer = true },
        new RowRule("mojibake", FindingSeverity.Warning, "UTF-8 was read in a code page of one byte, so that letters beyond ASCII are two or three wrong ones,",
            "Read the source as UTF-8 again; text.encode('cp1252').decode('utf-8') undoes it in most texts.",
            row => Excerpt.Quoted(Misread(row))) { LeastRows = 2, LeastShare = 0.02, TellsFewer = true },
        new RowRule("think-one-side", FindingSeverity.Warning, "A thought stands on one side only, so that it, not the answer, tells the sides apart,",
            "Give both answers a thought, or take it out of both.",
            row => row.Turns is { } turns && TextSigns.Thinks(turns.Answers[0]) != TextSigns.Thinks(turns.Answers[1])
                ? $"only the {(TextSigns.Thinks(turns.Answers[0]) ? "chosen" : "rejected")} answer thinks" : null) { LeastShare = 0.1, TellsFewer = true },
        new RowRule("language-differs", FindingSeverity.Warning, "The chosen answer is in another language than the prompt",
            "Remove the rows, unless the model is meant to answer in that language.", OtherLanguage) { LeastShare = 0.15, LeastRows = 3, TellsFewer = true },
        new RefusalRule(),
        new PrintedListRule(),
    ];

    private static IEnumerable<IDataRule> Turns() =>
    [
        new RowRule("role-order", FindingSeverity.Error, "Roles are out of order",
            "Bring the turns in order: an optional system message, then user and assistant in turn, the answer the assistant's.",
            TurnSigns.OrderFault),
        new RowRule("tool-calls-lost", FindingSeverity.Error,
            "Tool results follow an assistant's turn that is empty and calls nothing: the calls were flattened away",
            "Take the messages from the source again, with `tool_calls`.", TurnSigns.LostCall),
        new RowRule("system-lost", FindingSeverity.Warning,
            "A system column is filled and the messages have no system turn: whoever reads messages alone, as other trainers do, loses it,",
            "Put it into the messages as their first turn. This library does so where it reads the column.",
            TurnSigns.LostSystem) { LeastShare = 0.05, TellsFewer = true },
    ];

    private static bool AreOne(CheckedRow row)
    {
        if (row.Turns is not { } turns) return row.Fault?.Reason == DropReason.ChosenEqualsRejected;
        if (row.Chosen.AsSpan().Trim().SequenceEqual(row.Rejected.AsSpan().Trim()))
            return turns.Answers.All(answer => answer is [{ IsPlain: true }]) || turns.Answers[0].SequenceEqual(turns.Answers[1]);
        return false;
    }

    private static string? EmptyAnswer(CheckedRow row)
    {
        string? chosen = row.Columns?.Chosen, rejected = row.Columns?.Rejected;
        if (row.Fault is { Reason: DropReason.EmptyField } fault) return fault.Message.TrimEnd('.');
        if (row.Fault is not null && row.Fields is not null && chosen is not null && rejected is not null
            && new[] { chosen, rejected }.FirstOrDefault(name => TurnSigns.SaysNothing(row.Value(name))) is { } silent) return $"`{silent}` says nothing";
        bool isMissing = row.Fault is { Reason: DropReason.MissingField } && (row.Value(chosen).IsNull || row.Value(rejected).IsNull);
        if (isMissing && row.Fields is not null && chosen is not null) return $"`{(row.Value(chosen).IsNull ? chosen : rejected)}` is missing or null";
        if (row.Turns is not { } turns) return null;
        for (int i = 0; i < 2; i++)
            if (VisibleText.IsBlank(turns.Answers[i][^1].Content) && !turns.Answers[i][^1].CallsTools) return $"the {(i == 0 ? "chosen" : "rejected")} answer";
        return null;
    }

    /// <summary>Whether a rule of its own says what is wrong with a row that cannot be read.</summary>
    private static bool IsNamedOtherwise(CheckedRow row) =>
        EmptyAnswer(row) is not null || TurnSigns.LostCall(row) is not null || PrintedListRule.IsPrinted(row) || ScoreColumn.HasCommas(row);

    private static string? Misread(CheckedRow row) => MisreadText.Find(row.Chosen) ?? MisreadText.Find(row.Rejected) ?? MisreadText.Find(row.Question);

    private static string? OtherLanguage(CheckedRow row)
    {
        if (row.Turns is null || LanguageGuess.Of(row.Chosen) is not { } answered) return null;
        string? asked = LanguageGuess.Of(row.Question);
        if (asked is null && LanguageGuess.IsScript(answered) && LanguageGuess.IsLatin(row.Question)) asked = "a language of Latin letters";
        return asked is null || asked == answered || LanguageGuess.Of(row.Rejected) == answered ? null : $"{asked} is answered in {answered}";
    }
}
