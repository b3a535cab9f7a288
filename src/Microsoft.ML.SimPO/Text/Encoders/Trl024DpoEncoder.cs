using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 0.24's <c>DPOTrainer</c> does: prompt and answer are tokenized each by itself with nothing that the tokenizer adds, an EOS stands behind
/// every answer, also behind one that ends in it, a prompt keeps its last tokens, and then a sequence its last ones, or with
/// <see cref="PromptCut.KeepStart"/> its first.
/// </summary>
internal sealed class Trl024DpoEncoder(HfTokenizer tokenizer, ChatTemplate? template, int eos, PreferenceEncoderOptions options) : IRowEncoder
{
    private const int DefaultPromptLength = 512;

    private int PromptLength => options.MaxPromptLength ?? Math.Min(DefaultPromptLength, options.MaxLength - 1);

    public EncodedPrompt Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        EncodingDetail detail = Examine(prompt, chosen, rejected ?? chosen);
        EncodedPrompt pair = rejected is null ? detail.Pair!.WithoutOthers() : detail.Pair!;
        counters.Encoded(detail.Texts.Handling, merged: false, pair);
        return pair;
    }

    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        int[] ids = tokenizer.Encode(texts.Prompt, addSpecialTokens: false), kept = ids[Math.Max(0, ids.Length - PromptLength)..];
        int[] first = Answer(texts.Chosen), second = Answer(texts.Rejected);
        EncodedAnswer cutFirst = Cut(kept, first), cutSecond = Cut(kept, second);
        bool cutsAnswer = cutFirst.Length < first.Length || cutSecond.Length < second.Length;
        bool cutsPrompt = cutFirst.PromptLength < ids.Length || cutSecond.PromptLength < ids.Length;
        return new EncodingDetail(
            texts, new EncodedSide([.. ids, .. first], ids.Length, 0, false), new EncodedSide([.. ids, .. second], ids.Length, 0, false),
            EncodedPrompt.Pair(cutFirst.Ids, cutFirst.PromptLength, cutSecond.Ids, cutSecond.PromptLength, 0, cutsPrompt, cutsAnswer));
    }

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, chosen, rejected, PromptHandling.Plain, NeedsEos: false);
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        return ReferenceTexts.Trl(template, row.Prompt with { Tools = null, Documents = null }, row.Answers[0], row.Answers[1]);
    }

    private int[] Answer(string text) => [.. tokenizer.Encode(text, addSpecialTokens: false), eos];

    /// <summary>Nothing predicts the first token of a sequence, whatever it belongs to.</summary>
    private EncodedAnswer Cut(int[] prompt, int[] answer)
    {
        int[] whole = [.. prompt, .. answer];
        int excess = Math.Max(0, whole.Length - options.MaxLength);
        bool keepsStart = options.PromptCut == PromptCut.KeepStart;
        int[] ids = keepsStart ? whole[..^excess] : whole[excess..];
        int length = keepsStart ? prompt.Length : prompt.Length - excess;
        return new EncodedAnswer(ids, Math.Clamp(length, 1, Math.Max(1, ids.Length - 1)));
    }
}
