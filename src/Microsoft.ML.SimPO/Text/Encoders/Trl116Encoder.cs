using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 1.16's <c>DPOTrainer</c> and <c>KTOTrainer</c> do: EOS behind a plain answer that does not end in it, prompt and whole text tokenized each by
/// itself with what the tokenizer adds, the answer from where both differ, and truncation that keeps the start.
/// </summary>
/// <param name="eos">The text of EOS.</param>
internal sealed class Trl116Encoder(HfTokenizer tokenizer, ChatTemplate? template, string eos, PreferenceEncoderOptions options)
{
    /// <param name="rejected">Null for a prompt with one answer.</param>
    /// <returns>Null for a row that is dropped.</returns>
    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected ?? chosen);
        int[] alone = tokenizer.Encode(texts.Prompt, texts.AddsSpecial);
        EncodedAnswer[] sides = [Side(alone, texts, texts.Chosen) with { Rating = 1 }];
        if (rejected is not null) sides = [.. sides, Side(alone, texts, texts.Rejected)];
        bool merged = sides.Any(s => s.PromptLength < alone.Length);
        var whole = new EncodedPrompt(sides);
        bool cuts = whole.Answers.Any(a => a.Ids.Length > options.MaxLength);
        if (!(cuts && options.LeavesOutCut) && KeepStart.Fit(whole, options.MaxLength) is { } pair)
        {
            counters.Encoded(texts.Handling, cutPrompt: false, cuts, merged, pair);
            return pair;
        }
        if (options.LongAnswers == LongAnswers.Drop)
        {
            counters.Dropped(isEmpty: false);
            return null;
        }
        pair = new EncodedPrompt([.. sides.Select(Shortened)]);
        counters.Encoded(texts.Handling, cutPrompt: true, cutAnswer: true, merged, pair);
        return pair;
    }

    /// <summary>The pair with its texts, uncut and as it fits.</summary>
    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        int[] alone = tokenizer.Encode(texts.Prompt, texts.AddsSpecial);
        EncodedAnswer first = Side(alone, texts, texts.Chosen) with { Rating = 1 }, second = Side(alone, texts, texts.Rejected);
        EncodedPrompt? pair = KeepStart.Fit(new EncodedPrompt(first, second), options.MaxLength);
        bool cuts = pair is not null && (pair.Chosen.Ids.Length < first.Ids.Length || pair.Rejected.Ids.Length < second.Ids.Length);
        return new EncodingDetail(texts, Uncut(first), Uncut(second), pair, CutsPrompt: false, cuts);

        EncodedSide Uncut(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, answer.PromptLength < alone.Length);
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
