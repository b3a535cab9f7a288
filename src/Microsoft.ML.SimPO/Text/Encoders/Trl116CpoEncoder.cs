using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 1.16's experimental <c>CPOTrainer</c> and <c>ORPOTrainer</c> do: texts and ids as 0.24 makes them, both answers from where the prompt ends
/// for both, and truncation that keeps the start of each side. A row's tools do not reach the template, as in 0.24.
/// </summary>
internal sealed class Trl116CpoEncoder(HfTokenizer tokenizer, ChatTemplate? template, int? bos, int eos, PreferenceEncoderOptions options) : IRowEncoder
{
    private readonly ReferenceTokenization _tokenization = new(tokenizer, bos, eos, int.MaxValue, int.MaxValue, options.PromptCut); // nothing is cut there

    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        (PairTexts texts, ReferenceRow row) = RowOf(prompt, chosen, rejected ?? chosen);
        EncodedPrompt whole = rejected is null ? row.Pair.WithoutOthers() : row.Pair;
        EncodedPrompt? fitted = KeepStart.Fit(whole, options.MaxLength);
        if (fitted is null && options.LongAnswers == LongAnswers.Drop)
        {
            counters.Dropped(isEmpty: false);
            return null;
        }
        fitted ??= KeepStart.Shortened(whole, options.MaxLength);
        counters.Encoded(texts.Handling, row.IsMerged, fitted);
        return fitted;
    }

    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        (PairTexts texts, ReferenceRow row) = RowOf(prompt, chosen, rejected);
        return new EncodingDetail(texts, Uncut(row.Pair.Chosen), Uncut(row.Pair.Rejected), KeepStart.Fit(row.Pair, options.MaxLength));

        EncodedSide Uncut(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, row.IsMerged);
    }

    private (PairTexts Texts, ReferenceRow Row) RowOf(string prompt, string chosen, string rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        return (texts, _tokenization.Encode(texts.Prompt, texts.Chosen, texts.Rejected));
    }

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, chosen, rejected, PromptHandling.Plain, NeedsEos: false);
        PromptedAnswers row = PromptedAnswers.ParseGiven(prompt, ("chosen", chosen), ("rejected", rejected));
        return ReferenceTexts.Trl(template, row.Prompt with { Tools = null, Documents = null }, row.Answers[0], row.Answers[1], together: true);
    }
}
