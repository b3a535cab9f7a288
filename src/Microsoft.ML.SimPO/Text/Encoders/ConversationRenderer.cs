using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Writes conversations with a chat template, so that prompt and answer together are what the template writes for the whole, each thing said once, and the
/// prompt is what
/// the model gets when it is served. What cannot be written so is refused by name. Thread safe.
/// </summary>
internal sealed class ConversationRenderer(ChatTemplate template)
{
    private readonly TemplateTraits _traits = new(template);

    /// <summary>The prompt from which the model goes on: one that ends with the assistant's words is continued, any other gets the header of an
    /// answer.</summary>
    /// <exception cref="JinjaException">The template refuses the conversation.</exception>
    /// <exception cref="InvalidDataException">The template does not write all of it.</exception>
    public string Prompt(Conversation prompt)
    {
        Conversation adapted = Adapt(prompt);
        RequireCalls(adapted.Messages, "a turn of the prompt would be empty");
        return PromptOf(adapted);
    }

    /// <inheritdoc cref="Prompt"/>
    public RenderedAnswers Render(PromptedAnswers row)
    {
        Conversation prompt = Adapt(row.Prompt);
        IReadOnlyList<Message>[] answers = [.. row.Answers.Select(Adapt)];
        RequireCalls(prompt.Messages, "a turn of the prompt would be empty");
        foreach (IReadOnlyList<Message> answer in answers) RequireCalls(answer, "the call that is (part of) the answer would be dropped");
        string head = PromptOf(prompt);
        bool opensThought = ThoughtMarks.OpenedBy(head) is not null;
        if (!opensThought && !_traits.ReadsThoughts && answers.Any(answer => answer.Any(message => message.Thought is { Length: > 0 })))
            throw new InvalidDataException(
                $"the model's chat template does not write `{MessageFields.Thought}`: the thought of an answer would be dropped. "
                + "Remove it, or use a template that has it.");
        string[] wholes = [.. answers.Select(answer => Whole(prompt, answer))];
        RenderedAnswers texts = Split(prompt, answers, head, wholes);
        RequireDifference(row.Answers, texts.Answers);
        return texts;
    }

    private RenderedAnswers Split(Conversation prompt, IReadOnlyList<Message>[] answers, string head, string[] wholes)
    {
        if (wholes.All(whole => whole.StartsWith(head, StringComparison.Ordinal)))
            return new RenderedAnswers(head, [.. wholes.Select(whole => whole[head.Length..])]);
        string leftOut = Shown(head, wholes);
        RenderedAnswers? otherwise = Thoughts(answers, head, wholes) ?? AfterOneTurn(prompt, answers, head) ?? BehindHeader(answers, head, wholes);
        return otherwise is not null ? otherwise with { LeftOut = leftOut } : throw new InvalidDataException(
            $"the model's chat template does not begin the whole conversation with the prompt as it is at inference: {leftOut} is left out. "
            + "Use another template, or leave the row out.");
    }

    /// <summary>
    /// The header opens a thought, and the whole has another beginning, or none: thought, its end and the answer follow the prompt as at inference. Where no
    /// answer has a thought, the prompt is
    /// what all have in common: nobody is taught to answer inside an open thought.
    /// </summary>
    private static RenderedAnswers? Thoughts(IReadOnlyList<Message>[] answers, string head, string[] wholes)
    {
        if (ThoughtMarks.OpenedBy(head) is not var (marks, before)) return null;
        if (!wholes.All(whole => whole.StartsWith(before, StringComparison.Ordinal))) return null;
        string?[] thoughts = [.. answers.Select(answer => answer.Count == 1 ? marks.ThoughtOf(answer[0]) : null)];
        bool onLines = head.EndsWith('\n');
        if (thoughts.All(thought => thought is not null))
            return new RenderedAnswers(head, [.. wholes.Select((whole, i) => marks.Behind(answers[i][0], whole[before.Length..], onLines))]);
        if (thoughts.Any(thought => !string.IsNullOrEmpty(thought)))
            throw new InvalidDataException(
                $"one answer has a thought and another has none, but the header of an answer opens `{marks.Opening}`. Give both a thought, or neither.");
        int common = wholes.Min(whole => head.AsSpan().CommonPrefixLength(whole));
        return new RenderedAnswers(head[..common], [.. wholes.Select(whole => whole[common..])]);
    }

    /// <summary>With the answer the template writes the history otherwise: the prompt stays as at inference, and the answer is what it is after the last
    /// user's turn alone.</summary>
    private RenderedAnswers? AfterOneTurn(Conversation prompt, IReadOnlyList<Message>[] answers, string head)
    {
        if (prompt.Messages[^1].Role == Message.Assistant) return null;
        if (prompt.Messages.LastOrDefault(message => message.Role == Message.User) is not { } question) return null;
        Conversation one = prompt.With([question]);
        try
        {
            string start = PromptOf(one);
            string[] wholes = [.. answers.Select(answer => Whole(one, answer))];
            return wholes.All(whole => whole.StartsWith(start, StringComparison.Ordinal))
                ? new RenderedAnswers(head, [.. wholes.Select(whole => whole[start.Length..])])
                : null;
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    /// <summary>The header for generating says more than that of a given answer: the model still writes the answer behind it.</summary>
    private static RenderedAnswers? BehindHeader(IReadOnlyList<Message>[] answers, string head, string[] wholes)
    {
        var texts = new string[answers.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            string rest = wholes[i][head.AsSpan().CommonPrefixLength(wholes[i])..];
            string content = answers[i][^1].Content;
            bool isPlain = answers[i] is [{ IsPlain: true }] && !ThoughtMarks.AnyIn(answers[i][0]);
            if (!isPlain || !rest.StartsWith(content, StringComparison.Ordinal)) return null;
            texts[i] = rest;
        }
        return new RenderedAnswers(head, texts);
    }

    private string PromptOf(Conversation prompt) => prompt.Messages[^1].Role == Message.Assistant
        ? template.Render(prompt, addGenerationPrompt: false, continueFinalMessage: true)
        : template.Render(prompt, addGenerationPrompt: true);

    private string Whole(Conversation prompt, IReadOnlyList<Message> answer)
    {
        Message last = prompt.Messages[^1];
        IReadOnlyList<Message> whole = last.Role == Message.Assistant && answer[0].Role == Message.Assistant
            ? [.. prompt.Messages.SkipLast(1), answer[0].WithContent(last.Content + answer[0].Content), .. answer.Skip(1)]
            : [.. prompt.Messages, .. answer];
        return template.Render(prompt.With(whole), addGenerationPrompt: false);
    }

    private void RequireCalls(IReadOnlyList<Message> messages, string otherwise)
    {
        if (messages.Any(message => message.CallsTools) && !_traits.ReadsCalls)
            throw new InvalidDataException(
                $"the model's chat template does not write `{MessageFields.Calls}`: {otherwise}. Use a template that has them, or leave the row out.");
    }

    /// <summary>Answers that differ must not become one text because their template leaves out what differs.</summary>
    private static void RequireDifference(IReadOnlyList<IReadOnlyList<Message>> answers, IReadOnlyList<string> texts)
    {
        for (int i = 1; i < texts.Count; i++)
            if (texts[i] == texts[0] && !answers[i].SequenceEqual(answers[0]) && answers[i].Concat(answers[0]).Any(message => !message.IsPlain))
                throw new InvalidDataException("the model's chat template writes the same text for both answers: what differs is not written.");
    }

    private Conversation Adapt(Conversation conversation) => conversation.With(Adapt(conversation.Messages));

    private IReadOnlyList<Message> Adapt(IReadOnlyList<Message> messages) =>
        messages.All(message => message.IsPlain) ? messages : [.. messages.Select(_traits.Adapt)];

    private static string Shown(string head, string[] wholes)
    {
        string rest = head[wholes.Min(whole => head.AsSpan().CommonPrefixLength(whole))..];
        return $"`{(rest.Length > 60 ? rest[..60] + "..." : rest).Replace("\n", "\\n", StringComparison.Ordinal)}`";
    }
}
