using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>The texts of a pair by the sound rules: the prompt with the generation prompt, the answer as the model has to write it.</summary>
internal sealed class ChatTexts(ChatTemplate? template, ChatTurns? turns)
{
    public PairTexts Of(string prompt, string chosen, string rejected)
    {
        List<ChatMessage>? messages = ChatMessageText.TryParse(prompt);
        if (template is null || turns is null)
            return new PairTexts(PlainPrompt(messages, prompt), AnswerText(chosen), AnswerText(rejected), PromptHandling.Plain, NeedsEos: true);
        if (messages is null && turns.IsTemplated(prompt, template.BosToken))
            return new PairTexts(prompt, Ended(AnswerText(chosen)), Ended(AnswerText(rejected)), PromptHandling.AlreadyTemplated, turns.Ending is null);
        messages ??= [new ChatMessage("user", prompt)];
        string rendered = RenderPrompt(messages);
        return new PairTexts(rendered, Response(messages, rendered, chosen), Response(messages, rendered, rejected), PromptHandling.Templated, turns.Ending is null);
    }

    /// <summary>The prompt alone, from which the model goes on.</summary>
    public string PromptOf(string prompt)
    {
        List<ChatMessage>? messages = ChatMessageText.TryParse(prompt);
        if (template is null || turns is null) return PlainPrompt(messages, prompt);
        return messages is null && turns.IsTemplated(prompt, template.BosToken) ? prompt : RenderPrompt(messages ?? [new ChatMessage("user", prompt)]);
    }

    private static string PlainPrompt(List<ChatMessage>? messages, string prompt)
    {
        if (messages is not (null or [{ Role: "user" }]))
            throw new InvalidDataException(FormattableString.Invariant(
                $"The prompt is a conversation of {messages.Count} messages, but the model has no chat template to write it with, or it is turned off. ")
                + "Add chat_template.jinja to the model, or give the prompt as text.");
        return messages?[0].Content ?? prompt;
    }

    /// <summary>A prompt that ends with the assistant's words is continued, any other gets the header of an answer.</summary>
    private string RenderPrompt(List<ChatMessage> messages) => messages[^1].Role == "assistant"
        ? template!.Render(messages, addGenerationPrompt: false, continueFinalMessage: true)
        : template!.Render(messages, addGenerationPrompt: true);

    private string Response(List<ChatMessage> prompt, string rendered, string answer)
    {
        List<ChatMessage> turnsOfAnswer = AnswerMessages(answer);
        string whole = template!.Render([.. Joined(prompt, turnsOfAnswer)], addGenerationPrompt: false);
        // Where the header for generating differs from that of a given answer, the model still writes the answer and its end.
        if (!whole.StartsWith(rendered, StringComparison.Ordinal)) return Ended(turnsOfAnswer[^1].Content);
        string response = whole[rendered.Length..];
        return Ended(turns!.Tail.Length > 0 && response.EndsWith(turns.Tail, StringComparison.Ordinal) ? response[..^turns.Tail.Length] : response);
    }

    private static IEnumerable<ChatMessage> Joined(List<ChatMessage> prompt, List<ChatMessage> answer) =>
        prompt[^1].Role == "assistant" && answer[0].Role == "assistant"
            ? [.. prompt[..^1], new ChatMessage("assistant", prompt[^1].Content + answer[0].Content), .. answer[1..]]
            : [.. prompt, .. answer];

    /// <summary>The answer up to its end token, which it gets where it has none.</summary>
    private string Ended(string answer)
    {
        if (turns!.Ending is not { } ending) return answer;
        string bare = answer.TrimEnd();
        return bare.EndsWith(turns.EndToken!, StringComparison.Ordinal) ? bare : answer + ending;
    }

    private static string AnswerText(string answer) => AnswerMessages(answer)[^1].Content;

    private static List<ChatMessage> AnswerMessages(string answer) =>
        ChatMessageText.TryParse(answer) is { } messages && messages[^1].Role == "assistant" ? messages : [new ChatMessage("assistant", answer)];
}
