using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Encodes as the SimPO reference or TRL 0.24 does.</summary>
internal sealed class ReferenceEncoder(HfTokenizer tokenizer, ChatTemplate? template, int? bos, int eos, PreferenceEncoderOptions options)
{
    private const int DefaultPromptLength = 1800;

    public EncodedPrompt Encode(string prompt, string chosen, string rejected, EncodingCounters counters)
    {
        PairTexts texts = TextsOf(prompt, chosen, rejected);
        var tokenization = new ReferenceTokenization(tokenizer, bos, eos, options.MaxLength, PromptLength, options.PromptCut);
        ReferenceRow row = tokenization.Encode(texts.Prompt, texts.Chosen, texts.Rejected);
        counters.Encoded(texts.Handling, row.CutsPrompt, row.CutsAnswer, row.IsMerged, row.Pair);
        return row.Pair;
    }

    private int PromptLength => options.MaxPromptLength ?? Math.Min(DefaultPromptLength, Math.Max(1, options.MaxLength * 7 / 8));

    private PairTexts TextsOf(string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, chosen, rejected, PromptHandling.Plain, NeedsEos: false);
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        return options.Preparation == RowPreparation.SimPOReference
            ? ReferenceTexts.SimPO(template, row.Prompt.Messages, row.Answers[0], row.Answers[1])
            : ReferenceTexts.Trl(template, row.Prompt.Messages, row.Answers[0], row.Answers[1]);
    }
}
