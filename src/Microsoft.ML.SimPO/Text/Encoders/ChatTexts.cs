using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>The texts of a pair by the sound rules: the prompt with the generation prompt, the answer as the model has to write it.</summary>
/// <param name="template">Null for none.</param>
/// <param name="turns">What it puts around turns; null for none.</param>
/// <param name="control">Finds control tokens in words.</param>
/// <param name="words">What they are in the rows of data.</param>
/// <param name="keepsTail">Whether what the template writes behind the last turn belongs to the answer.</param>
internal sealed class ChatTexts(ChatTemplate? template, ChatTurns? turns, ControlTokens control, ControlTokenText words, bool keepsTail = false)
{
    private readonly ConversationRenderer? _renderer = template is null ? null : new ConversationRenderer(template);

    /// <exception cref="InvalidDataException">A text reads like messages and is none; or the template cannot say all of the conversation.</exception>
    public PairTexts Of(string prompt, string chosen, string rejected)
    {
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        if (_renderer is null || turns is null)
        {
            return new PairTexts(
                PlainPrompt(row.Prompt), PlainAnswer(row.Answers[0]), PlainAnswer(row.Answers[1]), PromptHandling.Plain, NeedsEos: true, AddsSpecial: true);
        }
        if (row.IsText && turns.IsTemplated(prompt, template!.BosToken))
        {
            string chosenTurn = Whole(Behind(prompt, row.Answers[0][^1].Content)), rejectedTurn = Whole(Behind(prompt, row.Answers[1][^1].Content));
            return new PairTexts(prompt, chosenTurn, rejectedTurn, PromptHandling.AlreadyTemplated, NeedsEos, turns.WritesBos);
        }
        row = WithControlTokens(WithoutPrompt(row));
        RenderedAnswers texts = _renderer.Render(row);
        string first = Response(texts.Answers[0], row.Answers[0]), second = Response(texts.Answers[1], row.Answers[1]);
        return new PairTexts(texts.Prompt, first, second, PromptHandling.Templated, NeedsEos) { LeftOut = texts.LeftOut };
    }

    /// <summary>The prompt alone, from which the model goes on, and whether the tokens that the tokenizer puts first belong before it.</summary>
    public (string Text, bool AddsSpecial) PromptOf(string prompt)
    {
        if (ConversationText.TryParse(prompt) is { } conversation) return PromptOf(conversation);
        if (turns is null) return (prompt, true);
        return turns.IsTemplated(prompt, template!.BosToken) ? (prompt, turns.WritesBos) : PromptOf(Conversation.OfUser(prompt));
    }

    /// <inheritdoc cref="PromptOf(string)"/>
    public (string Text, bool AddsSpecial) PromptOf(Conversation prompt) =>
        _renderer is null ? (PlainPrompt(prompt), true) : (_renderer.Prompt(OfOthers(prompt)), false);

    /// <summary>The row without a prompt that stands in its answers again, as the template writes it: whole conversations in a text column.</summary>
    private PromptedAnswers WithoutPrompt(PromptedAnswers row)
    {
        if (!row.Answers.Any(answer => answer is [{ IsPlain: true }] && turns!.IsTemplated(answer[0].Content, template!.BosToken))) return row;
        string prompt = _renderer!.Prompt(row.Prompt);
        return row with { Answers = [.. row.Answers.Select(Bare)] };

        IReadOnlyList<Message> Bare(IReadOnlyList<Message> answer) =>
            answer is [{ IsPlain: true }] ? [answer[0].WithContent(Behind(prompt, answer[0].Content))] : answer;
    }

    private static string Behind(string prompt, string answer) => answer.StartsWith(prompt, StringComparison.Ordinal) ? answer[prompt.Length..] : answer;

    /// <summary>What users and tools say is letters to a model that is served, so that nobody can write a turn from inside another.</summary>
    private Conversation OfOthers(Conversation prompt) => prompt.With(
        [.. prompt.Messages.Select(message => message.Role is Message.User or Message.Tool ? control.Marked(message) : message)]);

    /// <summary>The row with control tokens in its words as the options have them.</summary>
    private PromptedAnswers WithControlTokens(PromptedAnswers row)
    {
        if (words == ControlTokenText.Tokens) return row;
        if (words == ControlTokenText.Text)
            return row with { Prompt = control.Marked(row.Prompt), Answers = [.. row.Answers.Select(control.Marked)] };
        return control.Find(row.AllMessages) is not { } token
            ? row
            : throw new InvalidDataException($"`{token}`, a control token of the model, stands in the words of the row. "
                + $"Remove it, or set `ControlTokens` to `{ControlTokenText.Text}` to have it as letters.");
    }

    private static string PlainPrompt(Conversation prompt)
    {
        if (prompt.Messages is not [{ Role: Message.User }])
            throw new InvalidDataException(FormattableString.Invariant(
                $"The prompt is a conversation of {prompt.Messages.Count} messages, but the model has no chat template to write it with, or it is turned off. ")
                + "Add chat_template.jinja to the model, or give the prompt as text.");
        return prompt.Messages[0].Content;
    }

    private static string PlainAnswer(IReadOnlyList<Message> answer) => answer.Any(message => message.CallsTools)
        ? throw new InvalidDataException("an answer has `tool_calls`, but the model has no chat template to write them with, or it is turned off.")
        : answer[^1].Content;

    /// <summary>
    /// The answer without what follows the last turn, which is not the model's to write. A call may end in another way than words, which the template knows.
    /// </summary>
    private string Response(string text, IReadOnlyList<Message> answer)
    {
        if (keepsTail) return text;
        string turn = turns!.Tail.Length > 0 && text.EndsWith(turns.Tail, StringComparison.Ordinal) ? text[..^turns.Tail.Length] : text;
        return answer[^1].CallsTools && turn == text && ChatTurns.EndsItself(text.TrimEnd()) ? text.TrimEnd() : Ended(turn);
    }

    /// <summary>Whether EOS ends an answer because the template writes nothing: one that is a whole conversation ends as that does.</summary>
    private bool NeedsEos => turns!.Ending is null && !keepsTail;

    /// <summary>The words of an answer with all that the template writes behind them.</summary>
    private string Whole(string answer)
    {
        string ended = Ended(answer);
        bool follows = keepsTail && turns!.Ending is { } ending && turns.Tail.StartsWith(ending, StringComparison.Ordinal);
        return follows ? ended + turns!.Tail[turns.Ending!.Length..] : ended;
    }

    /// <summary>The answer up to its end, which it gets where it has none.</summary>
    private string Ended(string answer)
    {
        if (turns!.Ending is not { } ending) return answer;
        string bare = answer.TrimEnd();
        return bare.EndsWith(turns.EndToken ?? ending, StringComparison.Ordinal) ? bare : answer + ending;
    }
}
