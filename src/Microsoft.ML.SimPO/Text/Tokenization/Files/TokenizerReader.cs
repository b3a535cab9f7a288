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

    /// <summary>Three times those of the largest published file, whose merges are lists.</summary>
    private const int MostTokens = 8_000_000;

    /// <summary>What is read of a folder.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [TokenizerFile, ConfigFile, SentencePieceFile];

    public static HfTokenizer Read(ModelFiles files)
    {
        byte[]? tokenizer = files.Find(TokenizerFile);
        if (tokenizer is null && !files.Has(SentencePieceFile))
        {
            throw new FileNotFoundException(
                $"The folder '{files.Origin}' holds neither {TokenizerFile} nor {SentencePieceFile}. Name a model folder that has one of them.",
                files.PathOf(TokenizerFile));
        }
        using JsonDocument? configDocument = files.Has(ConfigFile) ? Parse(files, ConfigFile) : null;
        JsonSection? config = configDocument is null ? null : new JsonSection(configDocument.RootElement, files.PathOf(ConfigFile));
        if (tokenizer is null) return SentencePieceReader.Read(files.Get(SentencePieceFile), files.PathOf(SentencePieceFile), config);
        using JsonDocument document = Parse(files, TokenizerFile);
        return Read(new JsonSection(document.RootElement, files.PathOf(TokenizerFile)), config);
    }

    public static HfTokenizer Read(JsonSection tokenizer, JsonSection? config)
    {
        bool? addPrefixSpace = config?.Flag("add_prefix_space", false);
        ConfiguredBertNormalizer? configuredNormalizer = config is { } forNormalizer ? ConfiguredBertNormalizer.Read(forNormalizer) : null;
        ConfiguredTrim? configuredTrim = config is { } forTrim ? ConfiguredTrim.Read(forTrim) : null;
        TextNormalizer? normalizer = tokenizer.Optional("normalizer") is { } normalizerSection
            ? NormalizerReader.Read(normalizerSection, configuredNormalizer) : null;
        List<PreTokenizerStep> preTokenizers = PreTokenizerReader.Read(tokenizer.Optional("pre_tokenizer"), addPrefixSpace);
        TokenModel model = TokenModelReader.Read(tokenizer.Required("model"), preTokenizers);
        var added = new AddedTokenReader(model.Vocabulary);
        if (tokenizer.Optional("added_tokens") is { } tokens) added.ReadTokens(tokens);
        if (config is { } given) added.AddConfigured(given);
        var addedVocabulary = new AddedVocabulary(added.Tokens, added.SpecialTexts, normalizer);
        PostProcessor postProcessor = PostProcessorReader.Read(tokenizer.Optional("post_processor"), configuredTrim);
        if (config is { } configured)
            postProcessor = ConfiguredPostProcessor.Read(configured, postProcessor, text => addedVocabulary.Id(text) ?? model.Vocabulary.Id(text));
        var pipeline = new TokenizationPipeline(addedVocabulary, normalizer, preTokenizers, model);
        return new HfTokenizer(pipeline, postProcessor, DecoderReader.Read(tokenizer.Optional("decoder")), LimitsReader.Read(tokenizer));
    }

    private static JsonDocument Parse(ModelFiles files, string name)
    {
        try
        {
            ReadOnlyMemory<byte> text = JsonFile.WithoutMark(files.Get(name));
            JsonFile.CheckTokens(text.Span, files.PathOf(name), MostTokens);
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{files.PathOf(name)}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: not valid JSON.", e);
        }
    }
}
