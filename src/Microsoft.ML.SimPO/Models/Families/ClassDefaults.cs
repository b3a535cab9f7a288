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
        ["ministral3"] = new(131_072, 4096, 14_336, 34, 32, 8, 262_144, 1e-5, 11),
        ["olmo3"] = new(50_304, 4096, 11_008, 32, 32, null, 2048, 1e-5, 1),
        ["arcee"] = new(32_000, 2560, 18_432, 32, 32, null, 4096, 1e-5),
        ["seed_oss"] = new(155_136, 4096, 27_648, 64, 80, 8, 524_288, 1e-6, 1),
        ["exaone4"] = new(102_400, 4096, 16_384, 32, 32, 32, 2048, 1e-5),
        ["glm4"] = new(151_552, 4096, 13_696, 40, 32, 2, 131_072, 1.5625e-7, 151_329),
        ["hunyuan_v1_dense"] = new(290_943, 4096, 11_008, 32, 32, null, 2048, 1e-5, 0),
        ["ernie4_5"] = new(103_424, 1024, 3072, 18, 16, 2, 131_072, 1e-5, 0),
        ["apertus"] = new(131_072, 4096, 14_336, 32, 32, null, 65_536, 1e-5, 3),
        ["nanochat"] = new(50_304, 768, 8192, 12, 6, null, 2048, 1e-6, 1),
        ["cohere2"] = new(256_000, 8192, 22_528, 40, 64, null, 8192, 1e-5, 0),
        ["phi"] = new(51_200, 2048, 8192, 24, 32, null, 2048, 1e-5),
        ["qwen2_moe"] = new(151_936, 2048, 5632, 24, 16, 16, 32_768, 1e-6),
        ["olmoe"] = new(50_304, 2048, 2048, 16, 16, null, 4096, 1e-5, 1),
        ["gpt_oss"] = new(201_088, 2880, 2880, 36, 64, 8, 131_072, 1e-5),
        ["glm4_moe"] = new(151_552, 4096, 10_944, 46, 96, 8, 131_072, 1e-5),
        ["qwen3_vl_text"] = new(151_936, 4096, 22_016, 32, 32, 32, 128_000, 1e-6),
        ["lfm2"] = new(65_536, 2560, 12_288, 32, 32, 8, 128_000, 1e-5, 0),
        ["qwen3_5_text"] = new(248_320, 4096, 12_288, 32, 16, 4, 32_768, 1e-6),
        ["qwen3_5_moe_text"] = new(248_320, 2048, 5632, 40, 16, 2, 32_768, 1e-6),
        ["starcoder2"] = new(49_152, 3072, 12_288, 30, 24, 2, 4096, 1e-5),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Those of the configuration's class, or of Llama's for a class that is not listed.</summary>
    public static ClassDefaults Of(ModelConfig config) => ByModelType.GetValueOrDefault(config.GetString("model_type")) ?? ByModelType["llama"];
}
