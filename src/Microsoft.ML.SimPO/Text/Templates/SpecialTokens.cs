using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The texts of a model's special tokens, by their names in <c>tokenizer_config.json</c>.</summary>
internal sealed class SpecialTokens(IReadOnlyDictionary<string, string> texts)
{
    private const string ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json";

    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Beginning of a sequence; null where the model has none.</summary>
    public string? Bos => texts.GetValueOrDefault("bos_token");

    /// <summary>End of a sequence; null where the model has none.</summary>
    public string? Eos => texts.GetValueOrDefault("eos_token");

    /// <summary>What sequences are filled up with; null where the model has none.</summary>
    public string? Pad => texts.GetValueOrDefault("pad_token");

    /// <summary>As variables of a chat template.</summary>
    public IReadOnlyDictionary<string, object?> Variables => texts.ToDictionary(t => t.Key, t => (object?)t.Value, StringComparer.Ordinal);

    /// <summary>Those of <c>tokenizer_config.json</c>, else of <c>special_tokens_map.json</c>; none where there is neither file.</summary>
    /// <exception cref="InvalidDataException">A file is not valid.</exception>
    public static SpecialTokens Load(string folder) => Load(ModelFiles.Read(folder, [ConfigFile, MapFile]));

    /// <inheritdoc cref="Load(string)"/>
    public static SpecialTokens Load(ModelFiles files)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        using JsonDocument? config = ModelJson.Read(files, ConfigFile), map = ModelJson.Read(files, MapFile);
        foreach (string name in Names)
            if ((Token(config, name) ?? Token(map, name)) is { } token) texts[name] = token;
        return new SpecialTokens(texts);
    }

    /// <summary>A token is its text, or an object with its <c>content</c>.</summary>
    private static string? Token(JsonDocument? document, string name)
    {
        if (document is null || !document.RootElement.TryGetProperty(name, out JsonElement token)) return null;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : ModelJson.Text(token, "content");
    }
}
