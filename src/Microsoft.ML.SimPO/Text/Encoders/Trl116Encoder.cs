using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 1.16's <c>DPOTrainer</c>, <c>KTOTrainer</c> and <c>RewardTrainer</c> do: EOS behind a plain answer that does not end in it, prompt and whole
/// text tokenized each by itself with what the tokenizer adds, the answer from where both differ, and truncation that keeps the start.
/// </summary>
/// <param name="eos">The text of EOS.</param>
internal sealed class Trl116Encoder(HfTokenizer tokenizer, ChatTemplate? template, string eos, PreferenceEncoderOptions options) : IRowEncoder
{
    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        (PairTexts texts, EncodedPrompt whole, int alone) = Whole(prompt, chosen, rejected);
        EncodedPrompt? fitted = KeepStart.Fit(whole, options.MaxLength);
        bool leavesOut = fitted is null ? options.LongAnswers == LongAnswers.Drop : fitted.HasCutAnswer && options.LeavesOutCut;
        if (leavesOut)
        {
            counters.Dropped(isEmpty: false);
            return null;
        }
        fitted ??= new EncodedPrompt([.. whole.Answers.Select(Shortened)]) { HasCutPrompt = true, HasCutAnswer = true };
        counters.Encoded(texts.Handling, merged: whole.Answers.Any(a => a.PromptLength < alone), fitted);
        return fitted;
    }

    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        (PairTexts texts, EncodedPrompt whole, int alone) = Whole(prompt, chosen, rejected);
        return new EncodingDetail(texts, Uncut(whole.Chosen), Uncut(whole.Rejected), KeepStart.Fit(whole, options.MaxLength));

        EncodedSide Uncut(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, answer.PromptLength < alone);
    }

    /// <summary>The row uncut with its texts, and how many tokens its prompt has by itself.</summary>
    private (PairTexts Texts, EncodedPrompt Whole, int Alone) Whole(string prompt, string chosen, string? rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected ?? chosen);
        int[] alone = tokenizer.Encode(texts.Prompt, texts.AddsSpecial);
        EncodedAnswer first = Side(alone, texts, texts.Chosen) with { Rating = 1 };
        return (texts, rejected is null ? new EncodedPrompt(first) : new EncodedPrompt(first, Side(alone, texts, texts.Rejected)), alone.Length);
    }

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, Ended(chosen), Ended(rejected), PromptHandling.Plain, NeedsEos: false, AddsSpecial: true);
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        return ReferenceTexts.Trl(template, row.Prompt with { Documents = null }, row.Answers[0], row.Answers[1]);
    }

    private string Ended(string answer) => answer.EndsWith(eos, StringComparison.Ordinal) ? answer : answer + eos;

    private EncodedAnswer Side(int[] prompt, PairTexts texts, string answer)
    {
        int[] ids = tokenizer.Encode(texts.Prompt + answer, texts.AddsSpecial);
        int common = prompt.AsSpan().CommonPrefixLength(ids);
        return new EncodedAnswer(ids, Math.Clamp(common, 1, Math.Max(1, ids.Length - 1))); // the first token has nothing before it, and one is scored
    }

    /// <summary>Where every row wants a score: the end of a prompt that leaves no room, and one token of the answer.</summary>
    private EncodedAnswer Shortened(EncodedAnswer answer)
    {
        int end = Math.Min(answer.PromptLength + 1, answer.Ids.Length);
        TokenIds ids = answer.Ids[Math.Max(0, end - options.MaxLength)..end];
        return new EncodedAnswer(ids, ids.Length - 1) { Rating = answer.Rating };
    }
}
