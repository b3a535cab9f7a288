using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Gguf;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The texts of a model's special tokens, by their names in <c>tokenizer_config.json</c>.</summary>
internal sealed class SpecialTokens(IReadOnlyDictionary<string, string> texts)
{
    private const string ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json";

    /// <summary>Beginning of a sequence; null where the model has none.</summary>
    public string? Bos => texts.GetValueOrDefault("bos_token");

    /// <summary>End of a sequence; null where the model has none.</summary>
    public string? Eos => texts.GetValueOrDefault("eos_token");

    /// <summary>What sequences are filled up with; null where the model has none.</summary>
    public string? Pad => texts.GetValueOrDefault("pad_token");

    /// <summary>As variables of a chat template.</summary>
    public IReadOnlyDictionary<string, object?> Variables => texts.ToDictionary(t => t.Key, t => (object?)t.Value, StringComparer.Ordinal);

    /// <summary>
    /// Those of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>, of which the second wins where the first has no
    /// <c>added_tokens_decoder</c>, as in transformers 4.57; where a vocabulary comes without a <c>tokenizer.json</c> and neither says anything of a token,
    /// that of its class.
    /// </summary>
    /// <exception cref="InvalidDataException">A file is not valid.</exception>
    public static SpecialTokens Load(string folder) => Load(GgufTokenizerReader.FilesOf(folder, [ConfigFile, MapFile, .. VocabularyFiles.NamesFor(folder)]));

    /// <inheritdoc cref="Load(string)"/>
    public static SpecialTokens Load(ModelFiles files)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        using JsonDocument? config = ModelJson.Read(files, ConfigFile), map = ModelJson.Read(files, MapFile);
        bool hasDecoder = config is not null && config.RootElement.TryGetProperty("added_tokens_decoder", out JsonElement decoder)
            && decoder.ValueKind == JsonValueKind.Object;
        (JsonDocument? first, JsonDocument? second) = hasDecoder ? (config, map) : (map, config);
        IReadOnlyDictionary<string, string>? defaults = VocabularyFiles.DefaultRoles(files);
        foreach (string name in ConfiguredTokens.RoleNames)
        {
            string? token = Token(first, name) ?? Token(second, name) ?? (Says(first, name) || Says(second, name) ? null : defaults?.GetValueOrDefault(name));
            if (token is not null) texts[name] = token;
        }
        return new SpecialTokens(texts);
    }

    private static bool Says(JsonDocument? document, string name) => document is not null && document.RootElement.TryGetProperty(name, out _);

    /// <summary>A token is its text, or an object with its <c>content</c>.</summary>
    private static string? Token(JsonDocument? document, string name)
    {
        if (document is null || !document.RootElement.TryGetProperty(name, out JsonElement token)) return null;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : ModelJson.Text(token, "content");
    }
}
