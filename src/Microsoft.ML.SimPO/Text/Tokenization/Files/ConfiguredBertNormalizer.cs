namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// The flags that BERT's tokenizer classes of transformers set anew from tokenizer_config.json, or from their own defaults where it is silent, whatever the
/// "BertNormalizer" of tokenizer.json says.
/// </summary>
/// <param name="Lowercase">"do_lower_case".</param>
/// <param name="StripAccents">"strip_accents"; null for as the case.</param>
/// <param name="SplitsChinese">"tokenize_chinese_chars"; null where the class leaves it as the file has it.</param>
internal sealed record ConfiguredBertNormalizer(bool Lowercase, bool? StripAccents, bool? SplitsChinese)
{
    private static readonly string[] Classes =
    [
        "BertTokenizer", "ConvBertTokenizer", "DPRContextEncoderTokenizer", "DPRQuestionEncoderTokenizer", "DPRReaderTokenizer", "DistilBertTokenizer",
        "ElectraTokenizer", "FunnelTokenizer",
        "LayoutLMTokenizer", "LxmertTokenizer", "MobileBertTokenizer", "RealmTokenizer", "RetriBertTokenizer", "SqueezeBertTokenizer",
    ];

    private static readonly string[] ClassesWithoutChinese = ["LayoutLMv2Tokenizer", "MPNetTokenizer", "SplinterTokenizer"];

    /// <returns>Null where the class is another.</returns>
    public static ConfiguredBertNormalizer? Read(JsonSection config)
    {
        string name = TokenizerClass.NameOf(config);
        bool splits = Classes.Contains(name);
        if (!splits && !ClassesWithoutChinese.Contains(name)) return null;
        return new ConfiguredBertNormalizer(
            config.Flag("do_lower_case", true), config.Optional("strip_accents")?.Flag(), splits ? config.Flag("tokenize_chinese_chars", true) : null);
    }
}
