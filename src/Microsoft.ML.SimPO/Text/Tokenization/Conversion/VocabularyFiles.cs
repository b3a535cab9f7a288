using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Makes a tokenizer.json of a folder that has none, of the vocabulary in the form in which it is there.</summary>
internal static class VocabularyFiles
{
    public const string SentencePiece = "tokenizer.model";

    private const string Tekken = "tekken.json", T5Model = "spiece.model", Vocabulary = "vocab.json", Merges = "merges.txt", Words = "vocab.txt";

    private static readonly (VocabularyKind Kind, string File)[] Forms =
    [
        (VocabularyKind.Tekken, Tekken), (VocabularyKind.Model, SentencePiece), (VocabularyKind.Model, T5Model), (VocabularyKind.Merges, Vocabulary),
        (VocabularyKind.Words, Words),
    ];

    /// <summary>What a vocabulary is read from.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [Tekken, SentencePiece, T5Model, Vocabulary, Merges, Words, ModelConfig.FileName, RanksConversion.ParametersFile];

    /// <summary>What of a folder says which special tokens a vocabulary has by its class; nothing where there is a tokenizer.json.</summary>
    public static IReadOnlyList<string> NamesFor(string folder) => File.Exists(Path.Combine(folder, TokenizerReader.TokenizerFile)) ? [] : Names;

    /// <summary>The files with a tokenizer.json; null where there is one, or nothing that one could be made of.</summary>
    /// <exception cref="InvalidDataException">A file is malformed, or two of them contradict each other.</exception>
    /// <exception cref="NotSupportedException">The vocabulary is of a kind that is not supported.</exception>
    public static ConvertedFiles? Convert(ModelFiles files)
    {
        using JsonDocument? document = TokenizerReader.Parse(files, ConfiguredTokens.ConfigFile);
        JsonSection? config = document is null ? null : new JsonSection(document.RootElement, files.PathOf(ConfiguredTokens.ConfigFile));
        if (Chosen(files, config) is not var (kind, file)) return null;
        var conversion = new TokenizerConversion(files, config, file);
        (byte[] json, IReadOnlyDictionary<string, string> roles, bool asSentencePiece) = kind switch
        {
            VocabularyKind.Tekken => RanksConversion.Tekken(conversion),
            VocabularyKind.Model when SentencePieceConversion.IsOf(files.Get(file)) => SentencePieceConversion.Convert(conversion),
            VocabularyKind.Model => RanksConversion.Tiktoken(conversion),
            VocabularyKind.Merges => MergesConversion.Convert(conversion, Merges),
            _ => WordsConversion.Convert(conversion),
        };
        string[] others = [.. Found(files).Where(form => form.Kind != kind).Select(form => form.File)];
        if (others.Length > 0)
            conversion.Remarks.Add($"Warning: '{files.Origin}' holds more than one vocabulary: {file} is used, and {string.Join(" and ", others)} is not read. "
                + $"Remove what the model was not trained with.");
        ModelFiles completed = files.With(new ModelFile(TokenizerReader.TokenizerFile, json)).With(WithRoles(document, roles));
        return new ConvertedFiles(completed, asSentencePiece, conversion.Remarks);
    }

    /// <summary>The texts of tokens that no file names, where a vocabulary is read without a tokenizer.json.</summary>
    public static IReadOnlyDictionary<string, string>? DefaultRoles(ModelFiles files)
    {
        using JsonDocument? document = TokenizerReader.Parse(files, ConfiguredTokens.ConfigFile);
        JsonSection? config = document is null ? null : new JsonSection(document.RootElement, files.PathOf(ConfiguredTokens.ConfigFile));
        if (Chosen(files, config) is not var (kind, file)) return null;
        var conversion = new TokenizerConversion(files, config, file);
        return kind switch
        {
            VocabularyKind.Tekken => RanksConversion.TekkenRoles,
            VocabularyKind.Model when !SentencePieceConversion.IsOf(files.Get(file)) => RanksConversion.TiktokenRoles,
            VocabularyKind.Model => SentencePieceConversion.FamilyOf(conversion).Roles,
            _ => conversion.FamilyOr(TokenizerFamily.OfVocabulary(kind)).Roles,
        };
    }

    private static (VocabularyKind Kind, string File)? Chosen(ModelFiles files, JsonSection? config)
    {
        if (files.Has(TokenizerReader.TokenizerFile)) return null;
        (VocabularyKind Kind, string File)[] found = [.. Found(files)];
        if (found.Length == 0) return null;
        VocabularyKind? wanted = TokenizerFamily.Of(files, config)?.Kind switch
        {
            FamilyKind.Gpt2 or FamilyKind.Qwen2 or FamilyKind.Roberta => VocabularyKind.Merges,
            FamilyKind.Bert => VocabularyKind.Words,
            _ => null,
        };
        return found.Where(form => form.Kind == wanted).Append(found[0]).First();
    }

    private static IEnumerable<(VocabularyKind Kind, string File)> Found(ModelFiles files) => Forms.Where(form => files.Has(form.File));

    /// <summary>The configuration with the tokens of roles of which it says nothing, so that it says with the tokenizer.json all that was known.</summary>
    private static ModelFile WithRoles(JsonDocument? document, IReadOnlyDictionary<string, string> roles)
    {
        JsonObject config = document is null ? [] : JsonObject.Create(document.RootElement)!;
        foreach ((string name, string text) in roles)
            if (!config.ContainsKey(name)) config[name] = text;
        if (!config.ContainsKey("tokenizer_class")) config["tokenizer_class"] = "PreTrainedTokenizerFast";
        return new ModelFile(ConfiguredTokens.ConfigFile, Encoding.UTF8.GetBytes(config.ToJsonString(JsonText.Indented)));
    }
}
