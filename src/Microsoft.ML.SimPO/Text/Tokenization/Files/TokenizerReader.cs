using System.Text.Json;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Reads the tokenizer of a model folder.</summary>
internal static class TokenizerReader
{
    private const string TokenizerFile = "tokenizer.json", ConfigFile = "tokenizer_config.json";

    private static readonly string[] SpecialTokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    public static HfTokenizer ReadFolder(string folder)
    {
        string path = Path.Combine(folder, TokenizerFile), configPath = Path.Combine(folder, ConfigFile);
        if (!File.Exists(path)) throw new FileNotFoundException($"The folder '{folder}' holds no {TokenizerFile}. Name a model folder that has one.", path);
        using JsonDocument document = Parse(path);
        using JsonDocument? config = File.Exists(configPath) ? Parse(configPath) : null;
        return Read(new JsonSection(document.RootElement, path), config is null ? null : new JsonSection(config.RootElement, configPath));
    }

    public static HfTokenizer Read(JsonSection tokenizer, JsonSection? config)
    {
        bool? addPrefixSpace = config?.Flag("add_prefix_space", false);
        TextNormalizer? normalizer = tokenizer.Optional("normalizer") is { } normalizerSection ? NormalizerReader.Read(normalizerSection) : null;
        List<PreTokenizerStep> preTokenizers = PreTokenizerReader.Read(tokenizer.Optional("pre_tokenizer"), addPrefixSpace);
        TokenModel model = TokenModelReader.Read(tokenizer.Required("model"), preTokenizers);
        var added = new AddedTokenReader(model.Vocabulary);
        if (tokenizer.Optional("added_tokens") is { } tokens) added.ReadTokens(tokens);
        if (config is { } given) AddConfiguredTokens(given, added);
        var pipeline = new TokenizationPipeline(new AddedVocabulary(added.Tokens, normalizer), normalizer, preTokenizers, model);
        return new HfTokenizer(pipeline, PostProcessorReader.Read(tokenizer.Optional("post_processor")), DecoderReader.Read(tokenizer.Optional("decoder")));
    }

    /// <summary>As transformers does: the flags in the configuration win, and its special tokens are added tokens.</summary>
    private static void AddConfiguredTokens(JsonSection config, AddedTokenReader added)
    {
        if (config.Optional("added_tokens_decoder") is { } decoder)
            foreach ((_, JsonSection token) in decoder.Members()) added.Add(token);
        foreach (string name in SpecialTokenNames)
        {
            if (config.Optional(name) is not { } token) continue;
            if (token.IsObject) added.AddSpecial(token.Required("content").Text());
            else added.AddSpecial(token.Text());
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: not valid JSON.", e);
        }
    }
}
