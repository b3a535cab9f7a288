using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the tokenizer of a model folder: tokenizer.json, or what it is made of where there is none.</summary>
internal static class TokenizerReader
{
    public const string TokenizerFile = "tokenizer.json";

    /// <summary>Twice those of the largest published file, whose merges are lists.</summary>
    private const int MostTokens = 5_000_000;

    /// <summary>What is read of a folder.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
        [TokenizerFile, ConfiguredTokens.ConfigFile, ConfiguredTokens.MapFile, ConfiguredTokens.AddedFile, .. VocabularyFiles.Names];

    public static HfTokenizer Read(ModelFiles files) => Read(Complete(files));

    /// <summary>The files with a tokenizer.json, which is made where there is none.</summary>
    /// <exception cref="FileNotFoundException">There is nothing to make one of.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or two of them contradict each other.</exception>
    public static ConvertedFiles Complete(ModelFiles files)
    {
        foreach (string name in files.Has(TokenizerFile) ? [TokenizerFile] : FileNames)
            if (files.Find(name) is { } content && LfsPointer.Is(content)) throw new InvalidDataException(LfsPointer.Message(files.PathOf(name), content));
        if (files.Has(TokenizerFile)) return new ConvertedFiles(files, AsSentencePiece: false, []);
        return VocabularyFiles.Convert(files) ?? throw new FileNotFoundException(
            $"The folder '{files.Origin}' holds neither {TokenizerFile} nor {VocabularyFiles.SentencePiece}. Name a model folder that has one of them.",
            files.PathOf(TokenizerFile));
    }

    /// <summary>The JSON of a file; null where there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It is not valid.</exception>
    public static JsonDocument? Parse(ModelFiles files, string name)
    {
        if (files.Find(name) is not { } content) return null;
        try
        {
            ReadOnlyMemory<byte> text = JsonFile.WithoutMark(content);
            JsonFile.CheckTokens(text.Span, files.PathOf(name), MostTokensOf(name));
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{files.PathOf(name)}: line {e.LineNumber + 1}, byte {e.BytePositionInLine}: not valid JSON.", e);
        }
    }

    public static HfTokenizer Read(ConvertedFiles completed)
    {
        (ModelFiles files, bool asSentencePiece, IReadOnlyList<string> remarks) = completed;
        using JsonDocument? configDocument = Parse(files, ConfiguredTokens.ConfigFile);
        using JsonDocument document = Parse(files, TokenizerFile)!;
        JsonSection? config = configDocument is null ? null : new JsonSection(configDocument.RootElement, files.PathOf(ConfiguredTokens.ConfigFile));
        var section = new JsonSection(document.RootElement, files.PathOf(TokenizerFile));
        var tokens = ConfiguredTokens.Read(files, config);
        TextNormalizer? normalizer = section.Optional("normalizer") is { } given
            ? NormalizerReader.Read(given, config is { } forCase ? ConfiguredBertNormalizer.Read(forCase) : null, asSentencePiece) : null;
        List<PreTokenizerStep> preTokenizers = PreTokenizerReader.Read(section.Optional("pre_tokenizer"), config?.Flag("add_prefix_space", false));
        TokenModel model = TokenModelReader.Read(section.Required("model"), preTokenizers, asSentencePiece);
        var added = new AddedTokenReader(model.Vocabulary);
        if (section.Optional("added_tokens") is { } own) added.ReadTokens(own);
        var other = added.AddConfigured(tokens);
        var vocabulary = new AddedVocabulary(added.Tokens, added.SpecialTexts, normalizer, tokens.SplitsSpecial);
        PostProcessor postProcessor = PostProcessorReader.Read(
            section.Optional("post_processor"), config is { } forTrim ? ConfiguredTrim.Read(forTrim) : null);
        if (config is { } configured)
            postProcessor = ConfiguredPostProcessor.Read(configured, postProcessor, text => vocabulary.Id(text) ?? model.Vocabulary.Id(text));
        var pipeline = new TokenizationPipeline(vocabulary, normalizer, preTokenizers, model);
        return new HfTokenizer(pipeline, postProcessor, DecoderReader.Read(section.Optional("decoder")), LimitsReader.Read(section))
        {
            Remarks = [.. remarks, .. TokenizerRemarks.Of(files, config, tokens, other, vocabulary, model.Vocabulary, postProcessor)],
        };
    }

    /// <summary>Vocabularies hold more than what is said of some of their tokens.</summary>
    private static int MostTokensOf(string name) =>
        name is ConfiguredTokens.ConfigFile or ConfiguredTokens.MapFile or ConfiguredTokens.AddedFile or ModelConfig.FileName
            ? JsonFile.MostTokens : MostTokens;
}
