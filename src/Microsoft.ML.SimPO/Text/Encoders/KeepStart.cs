namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>TRL 1.16's truncation: each sequence keeps its first tokens, the end token goes like any other.</summary>
internal static class KeepStart
{
    /// <returns>Null where the prompt alone has as many tokens as a sequence may have.</returns>
    public static EncodedAnswer? Fit(EncodedAnswer answer, int maxLength)
    {
        if (answer.PromptLength >= maxLength) return null;
        return answer.Ids.Length <= maxLength ? answer : answer with { Ids = answer.Ids[..maxLength] };
    }

    /// <summary>Where every row wants a score and a prompt leaves no room: the end of it, and one token of each answer.</summary>
    public static EncodedPrompt Shortened(EncodedPrompt prompt, int maxLength) =>
        new([.. prompt.Answers.Select(answer => Shortened(answer, maxLength))]) { HasCutPrompt = true, HasCutAnswer = true };

    private static EncodedAnswer Shortened(EncodedAnswer answer, int maxLength)
    {
        int end = Math.Min(answer.PromptLength + 1, answer.Ids.Length);
        TokenIds ids = answer.Ids[Math.Max(0, end - maxLength)..end];
        return new EncodedAnswer(ids, ids.Length - 1) { Rating = answer.Rating };
    }

    /// <returns>Null where an answer does not fit.</returns>
    public static EncodedPrompt? Fit(EncodedPrompt prompt, int maxLength)
    {
        EncodedAnswer?[] answers = [.. prompt.Answers.Select(a => Fit(a, maxLength))];
        if (answers.Contains(null)) return null;
        return new EncodedPrompt([.. answers.Select(a => a!.Value)]) { Row = prompt.Row, HasCutAnswer = prompt.Answers.Any(a => a.Ids.Length > maxLength) };
    }
}
