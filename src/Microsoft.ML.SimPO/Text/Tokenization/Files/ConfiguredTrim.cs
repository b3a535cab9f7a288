namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// The flags that RoBERTa's tokenizer classes of transformers set anew in a "RobertaProcessing" or "ByteLevel" post-processor, from tokenizer_config.json or
/// from their own defaults where it is silent.
/// </summary>
/// <param name="AddPrefixSpace">"add_prefix_space".</param>
/// <param name="TrimOffsets">"trim_offsets".</param>
internal sealed record ConfiguredTrim(bool AddPrefixSpace, bool TrimOffsets)
{
    private static readonly string[] Classes =
        ["BartTokenizer", "BlenderbotTokenizer", "LEDTokenizer", "LayoutLMv3Tokenizer", "LongformerTokenizer", "MarkupLMTokenizer", "MvpTokenizer",
            "RobertaTokenizer"];

    /// <returns>Null where the class is another.</returns>
    public static ConfiguredTrim? Read(JsonSection config) =>
        Classes.Contains(TokenizerClass.NameOf(config)) ? new ConfiguredTrim(config.Flag("add_prefix_space", false), config.Flag("trim_offsets", true)) : null;
}
