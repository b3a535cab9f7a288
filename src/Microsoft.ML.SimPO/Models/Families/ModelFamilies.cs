using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;

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

    private static readonly LayerNames Joined = new() { ExpertLayout = ExpertLayout.Joined };

    private static readonly LayerNames GptOssNames = new() { Router = "mlp.router", ExpertLayout = ExpertLayout.JoinedInputFirst };

    private static readonly LayerNames Glm4MoeNames = new() { SharedExpert = "mlp.shared_experts" };

    private static readonly LayerNames ArceeNames = new() { GateUp = ["mlp.up_proj"] };

    private static readonly LayerNames Glm4Names = new()
    {
        AttentionOutputNorm = "post_self_attn_layernorm", MlpOutputNorm = "post_mlp_layernorm", GateUp = ["mlp.gate_up_proj"],
    };

    private static readonly LayerNames HunYuanNames = new() { QueryNorm = "self_attn.query_layernorm", KeyNorm = "self_attn.key_layernorm" };

    private static readonly LayerNames ApertusNames = new()
    {
        InputNorm = "attention_layernorm", MlpNorm = "feedforward_layernorm", GateUp = ["mlp.up_proj"],
    };

    private static readonly LayerNames NanoChatNames = new() { GateUp = ["mlp.fc1"], Down = "mlp.fc2" };

    private static readonly LayerNames PhiNames = new()
    {
        AttentionOutput = "self_attn.dense", QueryNorm = "self_attn.q_layernorm", KeyNorm = "self_attn.k_layernorm",
        GateUp = ["mlp.fc1"], Down = "mlp.fc2", FinalNorm = "final_layernorm",
    };

    private static readonly LayerNames StarCoder2Names = new() { GateUp = ["mlp.c_fc"], Down = "mlp.c_proj" };

    private static readonly LayerNames Lfm2Names = new()
    {
        InputNorm = "operator_norm", MlpNorm = "ffn_norm", FinalNorm = "embedding_norm", AttentionOutput = "self_attn.out_proj",
        QueryNorm = "self_attn.q_layernorm", KeyNorm = "self_attn.k_layernorm", GateUp = ["feed_forward.w1", "feed_forward.w3"], Down = "feed_forward.w2",
    };

    private static readonly LayerNames Gemma4Names = FourNorms with { Router = "router.proj", Experts = "experts", ExpertLayout = ExpertLayout.Joined };

    private static readonly string[] Gemma4Fields =
        ["attention_bias", "hidden_activation", "sliding_window", "layer_types", "global_head_dim", "num_global_key_value_heads", "attention_k_eq_v",
        "per_layer_config", "num_kv_shared_layers", "use_double_wide_mlp", "hidden_size_per_layer_input", "vocab_size_per_layer_input",
        "final_logit_softcapping", "enable_moe_block", "num_experts", "top_k_experts", "moe_intermediate_size", "use_bidirectional_attention"];

    private static readonly string[] Qwen35Fields =
        ["attention_bias", "partial_rotary_factor", "layer_types", "full_attention_interval", "linear_num_key_heads", "linear_key_head_dim",
        "linear_num_value_heads", "linear_value_head_dim", "linear_conv_kernel_dim", "attn_output_gate"];

    // What published configurations of these families have and their classes in transformers do not read.
    private static readonly string[] Qwen35Harmless =
        ["mamba_ssm_dtype", "mtp_num_hidden_layers", "mtp_use_dedicated_embeddings", "mlp_only_layers", "decoder_sparse_step", "norm_topk_prob"];

    private static readonly string[] HunYuanHarmless =
        ["eod_token_id", "use_qk_norm", "norm_type", "use_rotary_pos_emb", "attention_head_dim", "use_cla", "cla_share_factor", "pool_type", "class_num",
        "add_classification_head", "org_vocab_size"];

    private static readonly string[] Cohere2Harmless =
        ["layer_switch", "order_of_interleaved_layers", "position_embedding_type", "rotary_pct", "use_embedding_sharing", "use_gated_activation",
        "use_parallel_block", "use_parallel_embedding", "use_qk_norm"];

    private static readonly string[] StarCoder2Harmless =
        ["activation_function", "attention_softmax_in_fp32", "scale_attention_softmax_in_fp32", "scale_attn_weights", "layer_norm_epsilon", "norm_type",
        "mlp_type"];

    private static readonly string[] Lfm2Harmless =
        ["block_dim", "block_mlp_init_scale", "block_norm_eps", "block_out_init_scale", "block_use_swiglu", "block_use_xavier_init", "conv_dim", "conv_dim_out",
        "conv_use_xavier_init", "num_heads", "theta", "use_pos_enc"];

    private static readonly string[] UpperWindow = ["sliding_window", "use_sliding_window", "max_window_layers", "layer_types"];

    private static readonly string[] Gemma2Fields =
        ["attention_bias", "hidden_activation", "sliding_window", "layer_types", "query_pre_attn_scalar", "attn_logit_softcapping", "final_logit_softcapping"];

    private static readonly ModelFamily[] Rows =
    [
        new("llama", "Llama", ReadLlama, Common, ["attention_bias", "mlp_bias"]),
        new("mistral", "Mistral", c => AllSlide(ReadCommon(c), WindowOrNone(c, 4096)), Common, ["sliding_window"]),
        new("qwen2", "Qwen 2 and 2.5", c => WithUpperWindow(ReadCommon(c) with { QueryKeyValueBias = true }, c), Common, UpperWindow),
        new("qwen3", "Qwen 3", c => WithUpperWindow(ReadWithBias(c, headDim: 128) with { QueryKeyNorm = QueryKeyNorm.PerHead }, c), Common,
            ["attention_bias", .. UpperWindow]),
        new("gemma", "Gemma", c => ReadGemma(c) with { Activation = ActivationOf(c, "hidden_act", "gelu_pytorch_tanh") }, Common,
            ["attention_bias"], ["hidden_activation"]),
        new("gemma2", "Gemma 2", ReadGemma2, FourNorms, Gemma2Fields, ["sliding_window_size"]),
        new("gemma3_text", "Gemma 3, text", ReadGemma3, FourNorms,
            [.. Gemma2Fields, "rope_local_base_freq", "_sliding_window_pattern", "sliding_window_pattern"]),
        new("phi3", "Phi-3 and Phi-4 mini", c => AllSlide(ReadCommon(c), WindowOrNone(c, null)), Phi3Names,
            ["sliding_window", "original_max_position_embeddings", "partial_rotary_factor"]),
        new("olmo2", "OLMo 2", c => ReadWithBias(c) with { InputNorms = false, OutputNorms = true, QueryKeyNorm = QueryKeyNorm.WholeProjection }, Common,
            ["attention_bias"]),
        new("smollm3", "SmolLM3", ReadSmolLM3, Common,
            ["attention_bias", "mlp_bias", "sliding_window", "use_sliding_window", "layer_types", "no_rope_layers", "no_rope_layer_interval"],
            ["max_window_layers"]) { ClassName = "SmolLM3" },
        new("granite", "Granite", ReadGranite, Common,
            ["attention_bias", "mlp_bias", "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling"]),
        new("mixtral", "Mixtral", ReadMixtral, MixtralNames, ["sliding_window", "num_local_experts", "num_experts_per_tok"]) { JoinedNames = Joined },
        new("qwen3_moe", "Qwen 3 MoE", ReadQwen3Moe, Common,
            ["attention_bias", "sliding_window", "use_sliding_window", "num_experts", "num_local_experts", "num_experts_per_tok",
            "moe_intermediate_size", "norm_topk_prob", "decoder_sparse_step", "mlp_only_layers"], ["max_window_layers"]) { JoinedNames = Joined },
        new("ministral3", "Ministral 3, text", ReadMinistral3, Common, ["sliding_window"]),
        new("olmo3", "OLMo 3", ReadOlmo3, Common, ["attention_bias", "sliding_window", "layer_types"]),
        new("arcee", "Arcee", ReadArcee, ArceeNames, ["attention_bias", "mlp_bias"]),
        new("seed_oss", "Seed-OSS", ReadSeedOss, Common, ["attention_bias", "attention_out_bias", "mlp_bias"]),
        new("exaone4", "EXAONE 4", ReadExaone4, Common, ["sliding_window", "sliding_window_pattern", "layer_types"]),
        new("glm4", "GLM-4", ReadGlm4, Glm4Names, ["attention_bias", "partial_rotary_factor"]),
        new("hunyuan_v1_dense", "HunYuan dense", ReadHunYuan, HunYuanNames, ["attention_bias"], HunYuanHarmless) { ClassName = "HunYuanDenseV1" },
        new("ernie4_5", "ERNIE 4.5", ReadErnie, Common, ["use_bias"]) { ClassName = "Ernie4_5" },
        new("apertus", "Apertus", ReadApertus, ApertusNames, ["attention_bias"], ["qk_norm"]),
        new("nanochat", "nanochat", ReadNanoChat, NanoChatNames, ["attention_bias", "final_logit_softcapping"]) { ClassName = "NanoChat" },
        new("cohere2", "Cohere 2", ReadCohere2, Common,
            ["attention_bias", "layer_norm_eps", "logit_scale", "sliding_window", "sliding_window_pattern", "layer_types"], Cohere2Harmless),
        new("phi", "Phi 1 to 2", ReadPhi, PhiNames, ["layer_norm_eps", "partial_rotary_factor", "qk_layernorm"]),
        new("starcoder2", "StarCoder 2", ReadStarCoder2, StarCoder2Names, ["norm_epsilon", "use_bias", "sliding_window"], StarCoder2Harmless),
        new("qwen2_moe", "Qwen 2 MoE", ReadQwen2Moe, Common,
            ["qkv_bias", "sliding_window", "use_sliding_window", "max_window_layers", "layer_types", "num_experts", "num_local_experts",
            "num_experts_per_tok", "moe_intermediate_size", "shared_expert_intermediate_size", "norm_topk_prob", "decoder_sparse_step", "mlp_only_layers"])
            { JoinedNames = Joined },
        new("olmoe", "OLMoE", ReadOlmoe, Common,
            ["attention_bias", "clip_qkv", "num_experts", "num_local_experts", "num_experts_per_tok", "norm_topk_prob"]) { JoinedNames = Joined },
        new("gpt_oss", "gpt-oss", ReadGptOss, GptOssNames,
            ["attention_bias", "sliding_window", "layer_types", "num_local_experts", "num_experts_per_tok", "swiglu_limit", "swiglu_alpha"],
            ["initial_context_length", "experts_per_token"]),
        new("glm4_moe", "GLM-4.5", ReadGlm4Moe, Glm4MoeNames,
            ["attention_bias", "partial_rotary_factor", "use_qk_norm", "n_routed_experts", "n_shared_experts", "num_experts_per_tok", "moe_intermediate_size",
            "first_k_dense_replace", "n_group", "topk_group", "routed_scaling_factor", "norm_topk_prob"], ["num_nextn_predict_layers"])
            { JoinedNames = Glm4MoeNames with { ExpertLayout = ExpertLayout.Joined } },
        new("qwen3_vl_text", "Qwen 3 VL, text", c => WithUpperWindow(ReadWithBias(c, headDim: 128) with { QueryKeyNorm = QueryKeyNorm.PerHead }, c), Common,
            ["attention_bias", .. UpperWindow]) { ClassName = "Qwen3VLText" },
        new("gemma4_text", "Gemma 4, text", ReadGemma4, Gemma4Names, Gemma4Fields),
        new("lfm2", "LFM2", ReadLfm2, Lfm2Names,
            ["norm_eps", "layer_types", "full_attn_idxs", "conv_L_cache", "conv_bias", "block_ff_dim", "block_auto_adjust_ff_dim", "block_ffn_dim_multiplier",
            "block_multiple_of", "tie_embedding"], Lfm2Harmless),
        new("qwen3_5_text", "Qwen 3.5, text", ReadQwen35, Common, Qwen35Fields, Qwen35Harmless) { ClassName = "Qwen3_5" },
        new("qwen3_5_moe_text", "Qwen 3.5 MoE, text", ReadQwen35Moe, Common,
            [.. Qwen35Fields, "num_experts", "num_local_experts", "num_experts_per_tok", "moe_intermediate_size", "shared_expert_intermediate_size"],
            Qwen35Harmless) { ClassName = "Qwen3_5Moe", JoinedNames = Joined },
    ];

    /// <summary>The table.</summary>
    public static IReadOnlyList<ModelFamily> All => Rows;

    public static IEnumerable<string> ModelTypes => Rows.Select(r => r.ModelType);

    /// <exception cref="InvalidDataException">A size is above its limit: nothing may be made of it.</exception>
    /// <exception cref="NotSupportedException">No family has the configuration's <c>model_type</c>.</exception>
    public static ModelFamily Of(ModelConfig config)
    {
        ConfigLimits.Check(config);
        string type = config.GetString("model_type");
        return Rows.FirstOrDefault(r => r.ModelType == type) ?? throw new NotSupportedException(
            $"'{config.Path}': model_type {Faults.Quote(type)} is not supported. The nearest that is: '{Nearest(type)}'. "
            + $"Supported are {string.Join(", ", ModelTypes)}, and the text part of {string.Join(", ", TextConfig.ModelTypes)}.");
    }

    /// <summary>The type whose name differs by the fewest letters, the first of those that differ alike.</summary>
    private static string Nearest(string type) =>
        ModelTypes.Concat(TextConfig.ModelTypes).MinBy(known => Distance(type.Length > 64 ? type[..64] : type, known))!;

    /// <summary>How many letters must be changed, added or left out.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            (int corner, row[0]) = (row[0], i);
            for (int j = 1; j <= b.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
