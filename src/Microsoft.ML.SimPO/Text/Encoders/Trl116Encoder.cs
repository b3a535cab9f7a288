using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 1.16's <c>DPOTrainer</c> and <c>KTOTrainer</c> do: EOS behind a plain answer that does not end in it, prompt and whole text tokenized each by
/// itself with what the tokenizer adds, the answer from where both differ, and truncation that keeps the start.
/// </summary>
/// <param name="eos">The text of EOS.</param>
internal sealed class Trl116Encoder(HfTokenizer tokenizer, ChatTemplate? template, string eos, PreferenceEncoderOptions options)
{
    /// <returns>Null for a pair that is dropped.</returns>
    public EncodedPrompt? Encode(string prompt, string chosen, string rejected, EncodingCounters counters)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        int[] alone = tokenizer.Encode(texts.Prompt, texts.AddsSpecial);
        EncodedAnswer first = Side(alone, texts, texts.Chosen), second = Side(alone, texts, texts.Rejected);
        bool merged = first.PromptLength < alone.Length || second.PromptLength < alone.Length;
        var whole = EncodedPrompt.Pair(first.Ids, first.PromptLength, second.Ids, second.PromptLength);
        if (KeepStart.Fit(whole, options.MaxLength) is { } pair)
        {
            bool cuts = pair.Answers.Zip(whole.Answers).Any(a => a.First.Ids.Length < a.Second.Ids.Length);
            counters.Encoded(texts.Handling, cutPrompt: false, cuts, merged, pair);
            return pair;
        }
        if (options.LongAnswers == LongAnswers.Drop)
        {
            counters.Dropped(isEmpty: false);
            return null;
        }
        (int[] shortFirst, int[] shortSecond) = (Shortened(first), Shortened(second));
        pair = EncodedPrompt.Pair(shortFirst, shortFirst.Length - 1, shortSecond, shortSecond.Length - 1);
        counters.Encoded(texts.Handling, cutPrompt: true, cutAnswer: true, merged, pair);
        return pair;
    }

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, Ended(chosen), Ended(rejected), PromptHandling.Plain, NeedsEos: false, AddsSpecial: true);
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        return ReferenceTexts.Trl(template, row.Prompt.Messages, row.Answers[0], row.Answers[1]);
    }

    private string Ended(string answer) => answer.EndsWith(eos, StringComparison.Ordinal) ? answer : answer + eos;

    private EncodedAnswer Side(int[] prompt, PairTexts texts, string answer)
    {
        int[] ids = tokenizer.Encode(texts.Prompt + answer, texts.AddsSpecial);
        int common = prompt.AsSpan().CommonPrefixLength(ids);
        return new EncodedAnswer(ids, Math.Clamp(common, 1, Math.Max(1, ids.Length - 1))); // the first token has nothing before it, and one is scored
    }

    /// <summary>Where every row wants a score: the end of a prompt that leaves no room, and one token of the answer.</summary>
    private int[] Shortened(EncodedAnswer answer)
    {
        int end = Math.Min(answer.PromptLength + 1, answer.Ids.Length);
        return [.. answer.Ids[Math.Max(0, end - options.MaxLength)..end]];
    }
}
