using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the tokenizer of a model folder.</summary>
internal static class TokenizerReader
{
    private const string TokenizerFile = "tokenizer.json", ConfigFile = "tokenizer_config.json", SentencePieceFile = "tokenizer.model";

    public static HfTokenizer ReadFolder(string folder)
    {
        string path = Path.Combine(folder, TokenizerFile), configPath = Path.Combine(folder, ConfigFile), sentencePiecePath = Path.Combine(folder, SentencePieceFile);
        bool isJson = File.Exists(path);
        if (!isJson && !File.Exists(sentencePiecePath))
            throw new FileNotFoundException($"The folder '{folder}' holds neither {TokenizerFile} nor {SentencePieceFile}. Name a model folder that has one of them.", path);
        using JsonDocument? configDocument = File.Exists(configPath) ? Parse(configPath) : null;
        JsonSection? config = configDocument is null ? null : new JsonSection(configDocument.RootElement, configPath);
        if (!isJson) return SentencePieceReader.Read(File.ReadAllBytes(sentencePiecePath), sentencePiecePath, config);
        using JsonDocument document = Parse(path);
        return Read(new JsonSection(document.RootElement, path), config);
    }

    public static HfTokenizer Read(JsonSection tokenizer, JsonSection? config)
    {
        bool? addPrefixSpace = config?.Flag("add_prefix_space", false);
        ConfiguredBertNormalizer? configuredNormalizer = config is { } forNormalizer ? ConfiguredBertNormalizer.Read(forNormalizer) : null;
        ConfiguredTrim? configuredTrim = config is { } forTrim ? ConfiguredTrim.Read(forTrim) : null;
        TextNormalizer? normalizer = tokenizer.Optional("normalizer") is { } normalizerSection ? NormalizerReader.Read(normalizerSection, configuredNormalizer) : null;
        List<PreTokenizerStep> preTokenizers = PreTokenizerReader.Read(tokenizer.Optional("pre_tokenizer"), addPrefixSpace);
        TokenModel model = TokenModelReader.Read(tokenizer.Required("model"), preTokenizers);
        var added = new AddedTokenReader(model.Vocabulary);
        if (tokenizer.Optional("added_tokens") is { } tokens) added.ReadTokens(tokens);
        if (config is { } given) added.AddConfigured(given);
        var addedVocabulary = new AddedVocabulary(added.Tokens, added.SpecialTexts, normalizer);
        PostProcessor postProcessor = PostProcessorReader.Read(tokenizer.Optional("post_processor"), configuredTrim);
        if (config is { } configured) postProcessor = ConfiguredPostProcessor.Read(configured, postProcessor, text => addedVocabulary.Id(text) ?? model.Vocabulary.Id(text));
        var pipeline = new TokenizationPipeline(addedVocabulary, normalizer, preTokenizers, model);
        return new HfTokenizer(pipeline, postProcessor, DecoderReader.Read(tokenizer.Optional("decoder")), LimitsReader.Read(tokenizer));
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(JsonFile.WithoutMark(File.ReadAllBytes(path)));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: not valid JSON.", e);
        }
    }
}
