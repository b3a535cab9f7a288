using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Encodes as the SimPO reference or TRL 0.24 does.</summary>
internal sealed class ReferenceEncoder(HfTokenizer tokenizer, ChatTemplate? template, int? bos, int eos, PreferenceEncoderOptions options)
{
    private const int DefaultPromptLength = 1800;

    public EncodedPrompt Encode(string prompt, string chosen, string rejected, EncodingCounters counters)
    {
        PairTexts texts = TextsOf(ChatMessageText.TryParse(prompt), prompt, chosen, rejected);
        ReferenceRow row = new ReferenceTokenization(tokenizer, bos, eos, options.MaxLength, PromptLength, options.PromptCut).Encode(texts.Prompt, texts.Chosen, texts.Rejected);
        counters.Encoded(texts.Handling, row.CutsPrompt, row.CutsAnswer, row.IsMerged, row.Pair);
        return row.Pair;
    }

    private int PromptLength => options.MaxPromptLength ?? Math.Min(DefaultPromptLength, Math.Max(1, options.MaxLength * 7 / 8));

    private PairTexts TextsOf(List<ChatMessage>? messages, string prompt, string chosen, string rejected)
    {
        if (template is null) return new PairTexts(prompt, chosen, rejected, PromptHandling.Plain, NeedsEos: false);
        List<ChatMessage> before = messages ?? [new ChatMessage("user", prompt)];
        List<ChatMessage> preferred = Answer(chosen), other = Answer(rejected);
        return options.Preparation == RowPreparation.SimPOReference
            ? ReferenceTexts.SimPO(template, before, preferred, other)
            : ReferenceTexts.Trl(template, before, preferred, other);
    }

    private static List<ChatMessage> Answer(string answer) => ChatMessageText.TryParse(answer) ?? [new ChatMessage("assistant", answer)];
}
