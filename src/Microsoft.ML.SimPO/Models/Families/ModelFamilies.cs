using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>The supported families. Each is data: which fields of its configuration mean what, and what its tensors are called.</summary>
internal static partial class ModelFamilies
{
    private static readonly LayerNames Common = new();

    private static readonly LayerNames Phi3Names = new() { QueryKeyValue = ["self_attn.qkv_proj"], GateUp = ["mlp.gate_up_proj"] };

    private static readonly LayerNames FourNorms = new() { MlpNorm = "pre_feedforward_layernorm" };

    private static readonly LayerNames MixtralNames = new()
    {
        Router = "block_sparse_moe.gate",
        Experts = "block_sparse_moe.experts",
        ExpertGateUp = ["w1", "w3"],
        ExpertDown = "w2",
    };

    private static readonly string[] UpperWindow = ["sliding_window", "use_sliding_window", "max_window_layers", "layer_types"];

    private static readonly string[] Gemma2Fields =
        ["attention_bias", "hidden_activation", "sliding_window", "layer_types", "query_pre_attn_scalar", "attn_logit_softcapping", "final_logit_softcapping"];

    private static readonly ModelFamily[] Rows =
    [
        new("llama", ReadLlama, Common, ["attention_bias", "mlp_bias"]),
        new("mistral", c => AllSlide(ReadCommon(c), WindowOrNone(c, 4096)), Common, ["sliding_window"]),
        new("qwen2", c => WithUpperWindow(ReadCommon(c) with { QueryKeyValueBias = true }, c), Common, UpperWindow),
        new("qwen3", c => WithUpperWindow(ReadWithBias(c, headDim: 128) with { QueryKeyNorm = QueryKeyNorm.PerHead }, c), Common,
            ["attention_bias", .. UpperWindow]),
        new("gemma", c => ReadGemma(c) with { Activation = ActivationOf(c, "hidden_act", "gelu_pytorch_tanh") }, Common,
            ["attention_bias"], ["hidden_activation"]),
        new("gemma2", ReadGemma2, FourNorms, Gemma2Fields, ["sliding_window_size"]),
        new("gemma3_text", ReadGemma3, FourNorms, [.. Gemma2Fields, "rope_local_base_freq", "_sliding_window_pattern", "sliding_window_pattern"]),
        new("phi3", c => AllSlide(ReadCommon(c), WindowOrNone(c, null)), Phi3Names,
            ["sliding_window", "original_max_position_embeddings", "partial_rotary_factor"]),
        new("olmo2", c => ReadWithBias(c) with { InputNorms = false, OutputNorms = true, QueryKeyNorm = QueryKeyNorm.WholeProjection }, Common,
            ["attention_bias"]),
        new("smollm3", ReadSmolLM3, Common,
            ["attention_bias", "mlp_bias", "sliding_window", "use_sliding_window", "layer_types", "no_rope_layers", "no_rope_layer_interval"],
            ["max_window_layers"]) { ClassName = "SmolLM3" },
        new("granite", ReadGranite, Common,
            ["attention_bias", "mlp_bias", "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling"]),
        new("mixtral", ReadMixtral, MixtralNames, ["sliding_window", "num_local_experts", "num_experts_per_tok"]),
        new("qwen3_moe", ReadQwen3Moe, Common,
            ["attention_bias", "sliding_window", "use_sliding_window", "num_experts", "num_local_experts", "num_experts_per_tok",
            "moe_intermediate_size", "norm_topk_prob", "decoder_sparse_step", "mlp_only_layers"], ["max_window_layers"]),
    ];

    public static IEnumerable<string> ModelTypes => Rows.Select(r => r.ModelType);

    /// <exception cref="InvalidDataException">A size is above its limit: nothing may be made of it.</exception>
    /// <exception cref="NotSupportedException">No family has the configuration's <c>model_type</c>.</exception>
    public static ModelFamily Of(ModelConfig config)
    {
        ConfigLimits.Check(config);
        string type = config.GetString("model_type");
        return Rows.FirstOrDefault(r => r.ModelType == type) ?? throw new NotSupportedException(
            $"'{config.Path}': model_type '{type}' is not supported. Supported are {string.Join(", ", ModelTypes)}.");
    }
}
