using System.Collections.Frozen;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>What is known of the fields of <c>config.json</c>, whatever the family.</summary>
internal static class ConfigFields
{
    /// <summary>Read for every family.</summary>
    public static readonly FrozenSet<string> Read = Set(
        "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim",
        "hidden_act", "max_position_embeddings", "rms_norm_eps", "rope_theta", "rope_scaling", "rope_parameters", "pad_token_id", "tie_word_embeddings",
        "eos_token_id", "bos_token_id");

    /// <summary>They say nothing about what the model computes: where it comes from, how it is run or generates elsewhere, how it was initialised.</summary>
    public static readonly FrozenSet<string> Harmless = Set(
        "architectures", "transformers_version", "_name_or_path", "name_or_path", "_commit_hash", "torch_dtype", "dtype", "tokenizer_class",
        "task_specific_params", "finetuning_task", "id2label", "label2id", "num_labels", "problem_type", "prefix", "sep_token_id", "decoder_start_token_id",
        "unk_token_id", "transformers.js_config", "use_cache", "cache_implementation", "initializer_range", "initializer_factor", "gradient_checkpointing",
        "pretraining_tp", "is_llama_config", "is_decoder", "return_dict", "output_hidden_states", "output_attentions", "torchscript", "use_bfloat16",
        "pruned_heads", "chunk_size_feed_forward", "tf_legacy_loss", "_attn_implementation", "_attn_implementation_autoset", "_attn_implementation_internal",
        "attn_implementation", "_flash_attn_2_enabled", "use_flash_attn", "use_flash_attention", "use_flash_attention_2", "_experts_implementation",
        "_experts_implementation_internal", "unsloth_version", "unsloth_fixed", "max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping",
        "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty",
        "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "output_scores", "return_dict_in_generate",
        "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens");

    /// <summary>They randomize or add to training elsewhere; here they are not applied, and an Info line says so where they are not 0.</summary>
    public static readonly FrozenSet<string> TrainingOnly = Set(
        "attention_dropout", "hidden_dropout", "embd_pdrop", "resid_pdrop", "embedding_dropout", "router_jitter_noise", "output_router_logits",
        "router_aux_loss_coef", "residual_dropout");

    /// <summary>Fields that change nothing at one value, in families that do not read them.</summary>
    public static readonly FrozenDictionary<string, double> Neutral = new Dictionary<string, double>
    {
        ["partial_rotary_factor"] = 1,
        ["full_attn_mod"] = 1,
        ["interpolate_factor"] = 1,
        ["residual_multiplier"] = 1,
        ["embedding_multiplier"] = 1,
        ["logits_scaling"] = 1,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // As a part of a name that underscores separate, at its beginning or its end.
    private static readonly string[] Words =
        ["rope", "rotary", "attn", "attention", "norm", "scale", "scaling", "scalar", "multiplier", "window", "sliding", "activation", "bias", "experts",
        "expert"];

    // Too short to be looked for inside a part.
    private static readonly string[] Parts = ["cap", "capping", "softcap", "softcapping", "act", "moe", "router", "alibi"];

    /// <summary>The word in a field's name that says that it changes what the model computes; null for none.</summary>
    public static string? TellingWord(string field)
    {
        foreach (string part in field.ToLowerInvariant().Split('_', '.', '-'))
        {
            if (Parts.Contains(part)) return part;
            if (Words.FirstOrDefault(w => part.StartsWith(w, StringComparison.Ordinal) || part.EndsWith(w, StringComparison.Ordinal)) is { } word) return word;
        }
        return null;
    }

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
