using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Encodes as the SimPO reference or TRL 0.24 does.</summary>
internal sealed class ReferenceEncoder(HfTokenizer tokenizer, ChatTemplate? template, int? bos, int eos, PreferenceEncoderOptions options) : IRowEncoder
{
    private const int DefaultPromptLength = 1800;

    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected ?? chosen);
        var tokenization = new ReferenceTokenization(tokenizer, bos, eos, options.MaxLength, PromptLength, options.PromptCut);
        ReferenceRow row = tokenization.Encode(texts.Prompt, texts.Chosen, texts.Rejected);
        EncodedPrompt encoded = rejected is null ? new EncodedPrompt(row.Pair.Chosen) : row.Pair;
        counters.Encoded(texts.Handling, row.CutsPrompt, row.CutsAnswer, row.IsMerged, encoded);
        return encoded;
    }

    /// <remarks>What was cut is not told apart.</remarks>
    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        ReferenceRow row = new ReferenceTokenization(tokenizer, bos, eos, options.MaxLength, PromptLength, options.PromptCut)
            .Encode(texts.Prompt, texts.Chosen, texts.Rejected);
        return new EncodingDetail(texts, Side(row.Pair.Chosen), Side(row.Pair.Rejected), row.Pair, row.CutsPrompt, row.CutsAnswer);

        EncodedSide Side(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, row.IsMerged);
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
