using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// The configuration of a multimodal checkpoint's text part, <c>text_config</c>, as one of its family alone. Other configurations are what they are.
/// </summary>
internal static class TextConfig
{
    private const string Field = "text_config", Tied = "tie_word_embeddings";

    /// <summary>
    /// Types of multimodal checkpoints, that of their text where it does not say, and whether head and embedding are one where nothing is said.
    /// </summary>
    private static readonly (string ModelType, string Text, bool IsTied)[] Rows =
    [
        ("gemma3", "gemma3_text", true),
        ("mistral3", "mistral", true),
        ("qwen3_vl", "qwen3_vl_text", false),
        ("qwen3_5", "qwen3_5_text", false),
        ("qwen3_5_moe", "qwen3_5_moe_text", false),
    ];

    /// <summary><c>model_type</c> of all checkpoints whose text part is read.</summary>
    public static IEnumerable<string> ModelTypes => Rows.Select(r => r.ModelType);

    public static ModelConfig Of(ModelConfig config)
    {
        string? type = config.GetStringOrNull("model_type");
        (string ModelType, string Text, bool IsTied) row = Rows.FirstOrDefault(r => r.ModelType == type);
        if (row.ModelType is null || !config.Has(Field)) return config;
        ModelConfig text = config.Get(Field);
        // What is around the text says whether its head is tied, not the text itself.
        List<(string, JsonElement)> fields = [(Tied, config.IsNull(Tied) ? Element("false") : config.Find(Tied) ?? Element(row.IsTied ? "true" : "false"))];
        if (!text.Has("model_type")) fields.Add(("model_type", Element($"\"{row.Text}\"")));
        foreach (string inherited in new[] { "eos_token_id", "bos_token_id", "pad_token_id", "torch_dtype", "dtype", "quantization_config", "auto_map" })
            if (config.Find(inherited) is { } value && !text.Has(inherited)) fields.Add((inherited, value));
        return config.GetWith(Field, fields);
    }

    /// <summary>Whether there is more in the checkpoint than text.</summary>
    public static bool IsMultimodal(ModelConfig config) =>
        Rows.Any(r => r.ModelType == config.GetStringOrNull("model_type")) && config.Has(Field);

    private static JsonElement Element(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
