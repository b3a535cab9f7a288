namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Some tokenizer classes of transformers write the post-processor anew from <c>add_bos_token</c> and <c>add_eos_token</c> of
/// tokenizer_config.json, whatever tokenizer.json says.
/// </summary>
internal static class ConfiguredPostProcessor
{
    /// <summary>The classes, with the tokens that they have where the configuration names none.</summary>
    private static readonly Dictionary<string, (string Bos, string Eos)> Classes = new(StringComparer.Ordinal)
    {
        ["LlamaTokenizer"] = ("<s>", "</s>"),
        ["CodeLlamaTokenizer"] = ("<s>", "</s>"),
        ["GemmaTokenizer"] = ("<bos>", "<eos>"),
        ["CohereTokenizer"] = ("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"),
    };

    /// <param name="config">The configuration.</param>
    /// <param name="fromFile">What tokenizer.json says.</param>
    /// <param name="idOf">The id of a token's text; null if there is no such token.</param>
    public static PostProcessor Read(JsonSection config, PostProcessor fromFile, Func<string, int?> idOf)
    {
        string name = config.TextOrNull("tokenizer_class") ?? "";
        if (!Classes.TryGetValue(name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name, out (string Bos, string Eos) defaults)) return fromFile;
        bool bos = config.Flag("add_bos_token", true), eos = config.Flag("add_eos_token", false);
        return new PostProcessor(bos ? [Token("bos_token", defaults.Bos)] : [], eos ? [Token("eos_token", defaults.Eos)] : [], []);

        SpecialToken Token(string key, string otherwise)
        {
            string text = config.Optional(key) is not { } token ? otherwise : token.IsObject ? token.Required("content").Text() : token.Text();
            return new SpecialToken(idOf(text) ?? throw config.Fault($"'add_{key}' asks for the token \"{text}\", which the vocabulary lacks"), text);
        }
    }
}
