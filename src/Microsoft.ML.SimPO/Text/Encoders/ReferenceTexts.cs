using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>The texts of a pair as the references render them.</summary>
internal static class ReferenceTexts
{
    /// <summary>The SimPO scripts: prompt and last message are rendered each alone, and an empty system message is put in front.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="prompt">The turns before the answers.</param>
    /// <param name="chosen">The preferred answer, as messages.</param>
    /// <param name="rejected">The other answer, as messages.</param>
    public static PairTexts SimPO(ChatTemplate template, IReadOnlyList<Message> prompt, IReadOnlyList<Message> chosen, IReadOnlyList<Message> rejected)
    {
        bool knowsSystem = template.Source.Contains("system", StringComparison.Ordinal) || template.Source.Contains("<|im_start|>", StringComparison.Ordinal);
        if (knowsSystem && prompt[0].Role != "system") prompt = [new Message("system", ""), .. prompt];
        return new PairTexts(
            template.Render(prompt, addGenerationPrompt: false), WithoutBos(template, chosen), WithoutBos(template, rejected),
            PromptHandling.Templated, NeedsEos: false);
    }

    /// <summary>TRL: the answer is what the whole chat has behind the prompt with its generation prompt, as far as both agree.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="prompt">The turns before the answers, with whatever else the template gets.</param>
    /// <param name="chosen">The preferred answer, as messages.</param>
    /// <param name="rejected">The other answer, as messages.</param>
    /// <param name="together">Whether both answers begin where the prompt ends for both, as in 1.16; in 0.24 the first begins where it ends for it.</param>
    /// <exception cref="InvalidDataException">The prompt has no turns, or ends with one that nobody answers.</exception>
    public static PairTexts Trl(
        ChatTemplate template, Conversation prompt, IReadOnlyList<Message> chosen, IReadOnlyList<Message> rejected, bool together = false)
    {
        if (prompt.Messages.Count == 0) throw new InvalidDataException("chosen and rejected have no turn in common that could be the prompt.");
        string last = prompt.Messages[^1].Role;
        bool continues = last == Message.Assistant;
        if (!continues && last is not (Message.User or Message.Tool)) throw new InvalidDataException($"Invalid role in the last message: {last}.");
        string text = template.Render(prompt, addGenerationPrompt: !continues, continueFinalMessage: continues);
        string withChosen = template.Render(prompt.With([.. prompt.Messages, .. chosen]), addGenerationPrompt: false);
        string withRejected = template.Render(prompt.With([.. prompt.Messages, .. rejected]), addGenerationPrompt: false);
        text = text[..text.AsSpan().CommonPrefixLength(withChosen)];
        string answer = withChosen[text.Length..];
        text = text[..text.AsSpan().CommonPrefixLength(withRejected)];
        return new PairTexts(text, together ? withChosen[text.Length..] : answer, withRejected[text.Length..], PromptHandling.Templated, NeedsEos: false);
    }

    /// <summary>Splits two whole chats into the turns that they share and the rest of each, as TRL does.</summary>
    public static (IReadOnlyList<Message> Prompt, IReadOnlyList<Message> Chosen, IReadOnlyList<Message> Rejected) TrlSplit(
        IReadOnlyList<Message> chosen, IReadOnlyList<Message> rejected)
    {
        int common = 0, last = Math.Min(chosen.Count, rejected.Count) - 1;
        while (common < last && chosen[common].Equals(rejected[common])) common++;
        return ([.. chosen.Take(common)], [.. chosen.Skip(common)], [.. rejected.Skip(common)]);
    }

    private static string WithoutBos(ChatTemplate template, IReadOnlyList<Message> answer)
    {
        string text = template.Render(answer, addGenerationPrompt: false);
        return template.BosToken is { Length: > 0 } bos && text.StartsWith(bos, StringComparison.Ordinal) ? text[bos.Length..] : text;
    }
}
