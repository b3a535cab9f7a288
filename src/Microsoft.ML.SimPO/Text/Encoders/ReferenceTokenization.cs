namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>The tokenization and truncation of a row that the SimPO reference and TRL 0.24 have in common.</summary>
/// <remarks>
/// The longer answer decides for both sides; a prompt is cut to its limit even where less would do, then both answers are; so end tokens get lost,
/// and BOS with the ends of prompts. Only the first token is looked at for BOS, only the last for EOS.
/// </remarks>
internal sealed class ReferenceTokenization(HfTokenizer tokenizer, int? bos, int eos, int maxLength, int maxPromptLength, PromptCut promptCut)
{
    private readonly record struct Side(int[] Prompt, int[] Answer);

    /// <exception cref="InvalidDataException">The references refuse the row.</exception>
    public ReferenceRow Encode(string prompt, string chosen, string rejected)
    {
        int[] alone = tokenizer.Encode(prompt, addSpecialTokens: false);
        Side first = Split(alone, prompt + chosen), second = Split(alone, prompt + rejected);
        RequireSamePrompts(first.Prompt, second.Prompt);
        int[] promptIds = WithBos(alone[..Math.Min(first.Prompt.Length, second.Prompt.Length)]);
        bool isMerged = first.Prompt.Length < alone.Length || second.Prompt.Length < alone.Length;
        first = new Side(WithBos(first.Prompt), WithEos(first.Answer));
        second = new Side(WithBos(second.Prompt), WithEos(second.Answer));
        int longer = Math.Max(first.Answer.Length, second.Answer.Length);
        Side cutFirst = Cut(first, longer), cutSecond = Cut(second, longer);
        bool cutsPrompt = cutFirst.Prompt.Length < first.Prompt.Length || cutSecond.Prompt.Length < second.Prompt.Length;
        bool cutsAnswer = cutFirst.Answer.Length < first.Answer.Length || cutSecond.Answer.Length < second.Answer.Length;
        var pair = EncodedPrompt.Pair(
            [.. cutFirst.Prompt, .. cutFirst.Answer], cutFirst.Prompt.Length, [.. cutSecond.Prompt, .. cutSecond.Answer], cutSecond.Prompt.Length, 0,
            cutsPrompt, cutsAnswer);
        return new ReferenceRow(CutPrompt(promptIds, longer), pair, isMerged);
    }

    /// <summary>The whole text's tokens, cut where the prompt's end, or one before if the last of them merged.</summary>
    private Side Split(int[] prompt, string whole)
    {
        int[] ids = tokenizer.Encode(whole, addSpecialTokens: false);
        if (ids.Length < prompt.Length) throw new InvalidDataException("Prompt input ids and answer input ids should have the same length.");
        int border = ids.AsSpan().StartsWith(prompt) ? prompt.Length : prompt.Length - 1;
        return new Side(ids[..border], ids[border..]);
    }

    private static void RequireSamePrompts(int[] first, int[] second)
    {
        int different = first.Zip(second).Count(pair => pair.First != pair.Second);
        if (different > 1 || Math.Abs(first.Length - second.Length) > 1)
            throw new InvalidDataException("Chosen and rejected prompt_input_ids might only differ on the last token due to tokenizer merge ops.");
    }

    private int[] WithBos(int[] prompt) => bos is not { } token || (prompt.Length > 0 && prompt[0] == token) ? prompt : [token, .. prompt];

    private int[] WithEos(int[] answer) => answer.Length > 0 && answer[^1] == eos ? answer : [.. answer, eos];

    private Side Cut(Side side, int longer)
    {
        int[] prompt = CutPrompt(side.Prompt, longer);
        return new Side(prompt, prompt.Length + longer > maxLength ? side.Answer[..Math.Min(side.Answer.Length, maxLength - maxPromptLength)] : side.Answer);
    }

    private int[] CutPrompt(int[] prompt, int longer)
    {
        if (prompt.Length + longer <= maxLength || prompt.Length <= maxPromptLength) return prompt;
        return promptCut == PromptCut.KeepStart ? prompt[..maxPromptLength] : prompt[^maxPromptLength..];
    }
}
