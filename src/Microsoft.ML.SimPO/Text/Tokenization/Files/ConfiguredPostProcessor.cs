using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// Some tokenizer classes of transformers write the post-processor anew from <c>add_bos_token</c> and <c>add_eos_token</c> of
/// tokenizer_config.json, whatever tokenizer.json says.
/// </summary>
internal static class ConfiguredPostProcessor
{
    /// <summary>The classes, with what they take where the configuration says nothing: their tokens, and whether BOS is added.</summary>
    private static readonly Dictionary<string, (string Bos, string Eos, bool AddsBos)> Classes = new(StringComparer.Ordinal)
    {
        ["LlamaTokenizer"] = ("<s>", "</s>", true),
        ["CodeLlamaTokenizer"] = ("<s>", "</s>", true),
        ["GemmaTokenizer"] = ("<bos>", "<eos>", true),
        ["CohereTokenizer"] = ("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", true),
        ["GPTNeoXTokenizer"] = ("<|endoftext|>", "<|endoftext|>", false),
    };

    /// <param name="config">The configuration.</param>
    /// <param name="fromFile">What tokenizer.json says.</param>
    /// <param name="idOf">The id of a token's text; null if there is no such token.</param>
    public static PostProcessor Read(JsonSection config, PostProcessor fromFile, Func<string, int?> idOf)
    {
        if (!Classes.TryGetValue(TokenizerClass.NameOf(config), out (string Bos, string Eos, bool AddsBos) defaults)) return fromFile;
        bool bos = config.Flag("add_bos_token", defaults.AddsBos), eos = config.Flag("add_eos_token", false);
        return new PostProcessor(bos ? [Token("bos_token", defaults.Bos)] : [], eos ? [Token("eos_token", defaults.Eos)] : [], []);

        SpecialToken Token(string key, string otherwise)
        {
            string text = config.Optional(key) is not { } token ? otherwise : token.IsObject ? token.Required("content").Text() : token.Text();
            return new SpecialToken(idOf(text) ?? throw config.Fault($"'add_{key}' asks for the token \"{text}\", which the vocabulary lacks"), text);
        }
    }
}
