using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// Which fields of <c>config.json</c> must not be <c>null</c>: null is not absent, for Hugging Face's classes put their default only where a field is not
/// there, and compute with a null as it stands. Where that fails there, it is refused here.
/// </summary>
/// <remarks>
/// The fields that are not listed have a meaning for null. It is what an absent field means for <c>rope_scaling</c>, <c>rope_parameters</c>,
/// <c>layer_types</c>, <c>no_rope_layers</c>, <c>mlp_only_layers</c>, <c>attention_bias</c>, <c>mlp_bias</c>, <c>norm_topk_prob</c>,
/// <c>use_sliding_window</c>, the id of BOS or EOS, and whatever is harmless. It is none for <c>sliding_window</c>, both caps, <c>pad_token_id</c> and
/// <c>max_position_embeddings</c>; no tied head for <c>tie_word_embeddings</c>; as many as heads for <c>num_key_value_heads</c>; and the width of the model
/// over its heads for <c>head_dim</c>.
/// </remarks>
internal static class NullFields
{
    private static readonly string[] Gemma = ["gemma", "gemma2", "gemma3_text"], GemmaFrom2 = ["gemma2", "gemma3_text"];

    private static readonly Row[] Refused =
    [
        new("vocab_size"), new("hidden_size"), new("intermediate_size"), new("num_hidden_layers"), new("num_attention_heads"), new("rms_norm_eps"),
        new("rope_theta") { IsRead = c => !c.Has("rope_parameters") },
        new("partial_rotary_factor") { IsRead = c => !c.Has("rope_parameters") },
        new("max_position_embeddings") { IsRead = RotaryReader.CountsPositions },
        new("head_dim", ["qwen3", .. Gemma]),
        new("num_key_value_heads", Gemma),
        new("hidden_act", Others: GemmaFrom2) { IsText = true },
        new("hidden_activation", GemmaFrom2) { IsText = true },
        new("sliding_window", GemmaFrom2),
        new("query_pre_attn_scalar", GemmaFrom2),
        new("rope_local_base_freq", ["gemma3_text"]) { IsRead = c => !c.Has("rope_parameters") },
        new("sliding_window_pattern", ["gemma3_text"]) { IsRead = HasNoLayerTypes },
        new("_sliding_window_pattern", ["gemma3_text"]) { IsRead = HasNoLayerTypes },
        new("max_window_layers", ["qwen2", "qwen3"])
        {
            IsRead = c => HasNoLayerTypes(c) && c.GetBool("use_sliding_window", false) && !c.IsNull("sliding_window"),
        },
        new("no_rope_layer_interval", ["smollm3"]) { IsRead = c => !c.Has("no_rope_layers") },
        new("embedding_multiplier", ["granite"]), new("attention_multiplier", ["granite"]), new("residual_multiplier", ["granite"]),
        new("logits_scaling", ["granite"]),
        new("num_local_experts", ["mixtral"]),
        new("num_experts_per_tok", ["mixtral", "qwen3_moe"]),
        new("num_experts", ["qwen3_moe"]) { IsRead = c => !c.Has("num_local_experts") },
        new("moe_intermediate_size", ["qwen3_moe"]), new("decoder_sparse_step", ["qwen3_moe"]),
    ];

    /// <exception cref="InvalidDataException">A field is null without which nothing is computed; all of them are named.</exception>
    public static void Check(ModelConfig config)
    {
        string family = config.GetString("model_type");
        var faults = new Faults($"'{config.Path}'");
        foreach (Row row in Refused)
        {
            if (!config.IsNull(row.Field) || !row.Concerns(family) || !row.IsRead(config)) continue;
            faults.Add(ModelConfig.NullFault(row.Field, row.IsText));
        }
        faults.ThrowIfAny();
    }

    private static bool HasNoLayerTypes(ModelConfig config) => !config.Has("layer_types");

    /// <param name="Field">Its name.</param>
    /// <param name="Families">Those that compute with it; null for all.</param>
    /// <param name="Others">Those that do not, of all.</param>
    private sealed record Row(string Field, string[]? Families = null, string[]? Others = null)
    {
        public bool IsText { get; init; }

        /// <summary>Whether a configuration says nothing that takes its place.</summary>
        public Func<ModelConfig, bool> IsRead { get; init; } = static _ => true;

        public bool Concerns(string family) => Families?.Contains(family, StringComparer.Ordinal) ?? Others?.Contains(family, StringComparer.Ordinal) != true;
    }
}
