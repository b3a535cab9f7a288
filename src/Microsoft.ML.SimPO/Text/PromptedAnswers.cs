namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// The prompt and the answers of a row. In texts, one rule says which are conversations: a prompt is where it reads as messages; answers are where all of
/// them do, or where the
/// prompt does and they too. Anything else is text to the character, also an answer that happens to be JSON.
/// </summary>
/// <param name="Prompt">What stands before every answer.</param>
/// <param name="Answers">The messages of each, from the assistant's first.</param>
/// <param name="IsText">Whether the prompt was a text, which may be a template's own.</param>
internal sealed record PromptedAnswers(Conversation Prompt, IReadOnlyList<IReadOnlyList<Message>> Answers, bool IsText = false)
{
    /// <summary>The turns of the prompt, then those of each answer.</summary>
    public IEnumerable<Message> AllMessages => Prompt.Messages.Concat(Answers.SelectMany(answer => answer));

    /// <param name="prompt">The prompt's column.</param>
    /// <param name="answers">Those of the answers, with their names for messages.</param>
    /// <exception cref="InvalidDataException">A text reads like messages, but something in it is none.</exception>
    public static PromptedAnswers Parse(string prompt, params IReadOnlyList<(string Name, string Text)> answers) => Parse(prompt, answers, asGiven: false);

    /// <summary>As <see cref="Parse(string, IReadOnlyList{ValueTuple{string, string}})"/>, of rows that were read with <c>AsGiven</c>.</summary>
    public static PromptedAnswers ParseGiven(string prompt, params IReadOnlyList<(string Name, string Text)> answers)
    {
        PromptedAnswers row = Parse(prompt, answers, asGiven: true);
        return row with { Prompt = row.Prompt.With(Present(row.Prompt.Messages)), Answers = [.. row.Answers.Select(Present)] };

        // A field that is null is absent.
        static IReadOnlyList<Message> Present(IReadOnlyList<Message> messages) =>
            [.. messages.Select(m => m.IsPlain ? m : new Message(MessageFields.Present(m.Fields)))];
    }

    private static PromptedAnswers Parse(string prompt, IReadOnlyList<(string Name, string Text)> answers, bool asGiven)
    {
        Conversation? conversation = ConversationText.TryParse(prompt, asGiven: asGiven);
        bool mayBeMessages = conversation is not null || answers.All(answer => ConversationText.IsMessages(answer.Text));
        return new PromptedAnswers(
            conversation ?? Conversation.OfUser(prompt),
            [.. answers.Select(answer => mayBeMessages ? Messages(answer.Text, answer.Name, asGiven) : Words(answer.Text))],
            IsText: conversation is null);
    }

    /// <summary>The texts of the columns; reading them gives this again.</summary>
    public (string Prompt, IReadOnlyList<string> Answers) Format()
    {
        string prompt = ConversationText.Format(Prompt);
        bool areWords = Answers.All(answer => answer is [{ Role: Message.Assistant, IsPlain: true }]);
        if (areWords)
        {
            string[] words = [.. Answers.Select(answer => answer[0].Content)];
            bool misread = ConversationText.IsMessages(prompt) ? words.Any(ConversationText.IsMessages) : words.All(ConversationText.IsMessages);
            if (!misread) return (prompt, words);
        }
        return (prompt, [.. Answers.Select(ConversationText.FormatAnswer)]);
    }

    private static IReadOnlyList<Message> Messages(string text, string name, bool asGiven)
    {
        if (ConversationText.TryParse(text, name, asGiven) is not { } answer) return Words(text);
        return answer.Messages[^1].Role == Message.Assistant ? answer.Messages : Words(text);
    }

    private static Message[] Words(string text) => [new Message(Message.Assistant, text)];
}
