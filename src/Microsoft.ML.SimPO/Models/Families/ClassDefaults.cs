using System.Collections.Frozen;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// What a configuration means that leaves fields out: the defaults of its class in Hugging Face transformers 4.57. A published Gemma 3 states its geometry and
/// leans on them for all else. What null means is another thing, see <see cref="NullFields"/>.
/// </summary>
/// <param name="VocabularySize"><c>vocab_size</c>.</param>
/// <param name="HiddenSize"><c>hidden_size</c>.</param>
/// <param name="IntermediateSize"><c>intermediate_size</c>.</param>
/// <param name="Layers"><c>num_hidden_layers</c>.</param>
/// <param name="Heads"><c>num_attention_heads</c>.</param>
/// <param name="KeyValueHeads"><c>num_key_value_heads</c>; null for as many as heads, which is what null in the file means, too.</param>
/// <param name="MaxPositions"><c>max_position_embeddings</c>.</param>
/// <param name="NormEpsilon"><c>rms_norm_eps</c>.</param>
/// <param name="PaddingToken"><c>pad_token_id</c>, by which reward models find the end of a text, and whose row learns nothing; null for none.</param>
internal sealed record ClassDefaults(
    int VocabularySize, int HiddenSize, int IntermediateSize, int Layers, int Heads, int? KeyValueHeads, int MaxPositions, double NormEpsilon,
    int? PaddingToken = null)
{
    private static readonly FrozenDictionary<string, ClassDefaults> ByModelType = new Dictionary<string, ClassDefaults>
    {
        ["llama"] = new(32_000, 4096, 11_008, 32, 32, null, 2048, 1e-6),
        ["mistral"] = new(32_000, 4096, 14_336, 32, 32, 8, 131_072, 1e-6),
        ["qwen2"] = new(151_936, 4096, 22_016, 32, 32, 32, 32_768, 1e-6),
        ["qwen3"] = new(151_936, 4096, 22_016, 32, 32, 32, 32_768, 1e-6),
        ["gemma"] = new(256_000, 3072, 24_576, 28, 16, 16, 8192, 1e-6, 0),
        ["gemma2"] = new(256_000, 2304, 9216, 26, 8, 4, 8192, 1e-6, 0),
        ["gemma3_text"] = new(262_208, 2304, 9216, 26, 8, 4, 131_072, 1e-6, 0),
        ["phi3"] = new(32_064, 3072, 8192, 32, 32, null, 4096, 1e-5, 32_000),
        ["olmo2"] = new(50_304, 4096, 11_008, 32, 32, null, 2048, 1e-5, 1),
        ["smollm3"] = new(128_256, 2048, 11_008, 36, 16, 4, 32_768, 1e-6, 128_004),
        ["granite"] = new(32_000, 4096, 11_008, 32, 32, null, 2048, 1e-6),
        ["mixtral"] = new(32_000, 4096, 14_336, 32, 32, 8, 131_072, 1e-5),
        ["qwen3_moe"] = new(151_936, 2048, 6144, 24, 32, 4, 32_768, 1e-6),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Those of the configuration's class, or of Llama's for a class that is not listed.</summary>
    public static ClassDefaults Of(ModelConfig config) => ByModelType.GetValueOrDefault(config.GetString("model_type")) ?? ByModelType["llama"];
}
