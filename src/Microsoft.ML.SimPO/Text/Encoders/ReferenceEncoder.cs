using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Encodes as the SimPO reference or TRL 0.24 does.</summary>
internal sealed class ReferenceEncoder(HfTokenizer tokenizer, ChatTemplate? template, int? bos, int eos, PreferenceEncoderOptions options) : IRowEncoder
{
    private const int DefaultPromptLength = 1800;

    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        (PairTexts texts, ReferenceRow row) = RowOf(prompt, chosen, rejected ?? chosen);
        EncodedPrompt encoded = rejected is null ? row.Pair.WithoutOthers() : row.Pair;
        counters.Encoded(texts.Handling, row.IsMerged, encoded);
        return encoded;
    }

    /// <remarks>What was cut is not told apart.</remarks>
    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        (PairTexts texts, ReferenceRow row) = RowOf(prompt, chosen, rejected);
        return new EncodingDetail(texts, Side(row.Pair.Chosen), Side(row.Pair.Rejected), row.Pair);

        EncodedSide Side(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, row.IsMerged);
    }

    private (PairTexts Texts, ReferenceRow Row) RowOf(string prompt, string chosen, string rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        var tokenization = new ReferenceTokenization(tokenizer, bos, eos, options.MaxLength, PromptLength, options.PromptCut);
        return (texts, tokenization.Encode(texts.Prompt, texts.Chosen, texts.Rejected));
    }

    private int PromptLength => options.MaxPromptLength ?? Math.Min(DefaultPromptLength, Math.Max(1, options.MaxLength * 7 / 8));

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, chosen, rejected, PromptHandling.Plain, NeedsEos: false);
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        return options.Preparation == RowPreparation.SimPOReference
            ? ReferenceTexts.SimPO(template, row.Prompt.Messages, row.Answers[0], row.Answers[1])
            : ReferenceTexts.Trl(template, row.Prompt with { Tools = null, Documents = null }, row.Answers[0], row.Answers[1]);
    }
}
