namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Some tokenizer classes of transformers write the post-processor anew from <c>add_bos_token</c> and <c>add_eos_token</c> of
/// tokenizer_config.json, whatever tokenizer.json says.
/// </summary>
internal static class ConfiguredPostProcessor
{
    private static readonly HashSet<string> Classes = new(StringComparer.Ordinal)
    {
        "LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer", "GemmaTokenizerFast", "CohereTokenizer", "CohereTokenizerFast",
    };

    /// <param name="config">The configuration.</param>
    /// <param name="fromFile">What tokenizer.json says.</param>
    /// <param name="idOf">The id of a token's text; null if there is no such token.</param>
    public static PostProcessor Read(JsonSection config, PostProcessor fromFile, Func<string, int?> idOf)
    {
        if (config.Optional("tokenizer_class") is not { } name || !Classes.Contains(name.Text())) return fromFile;
        bool bos = config.Flag("add_bos_token", true), eos = config.Flag("add_eos_token", false);
        return new PostProcessor(bos ? [Token("bos_token")] : [], eos ? [Token("eos_token")] : [], []);

        SpecialToken Token(string key)
        {
            JsonSection token = config.Optional(key) ?? throw config.Fault($"expected a member '{key}', which 'add_{key}' asks for, found none");
            string text = token.IsObject ? token.Required("content").Text() : token.Text();
            return new SpecialToken(idOf(text) ?? throw token.Fault($"expected a token of the vocabulary, found \"{text}\""), text);
        }
    }
}
