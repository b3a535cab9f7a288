namespace Microsoft.ML.SimPO.Models;

/// <summary>Configurations with the fields and values that published models of the families have.</summary>
internal static class PublicConfigs
{
    private const string Llama = """
        "architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],
        "head_dim":64,
        "hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,
        "model_type":"llama",
        "num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_theta":500000.0,
        "tie_word_embeddings":true,
        "torch_dtype":"bfloat16","transformers_version":"4.45.0.dev0","use_cache":true,"vocab_size":128256
        """;

    private const string Qwen = """
        "architectures":["Qwen2ForCausalLM"],"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"hidden_act":"silu","hidden_size":896,
        "initializer_range":0.02,
        "intermediate_size":4864,"max_position_embeddings":32768,"max_window_layers":21,"model_type":"qwen2","num_attention_heads":14,"num_hidden_layers":24,
        "num_key_value_heads":2,
        "rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,"tie_word_embeddings":true,"torch_dtype":"bfloat16",
        "transformers_version":"4.43.1","use_cache":true,
        "use_sliding_window":false,"vocab_size":151936
        """;

    private const string Gemma2 = """
        "architectures":["Gemma2ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"attn_logit_softcapping":50.0,"bos_token_id":2,
        "cache_implementation":"hybrid",
        "eos_token_id":[1,107],"final_logit_softcapping":30.0,"head_dim":256,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh",
        "hidden_size":2304,
        "initializer_range":0.02,"intermediate_size":9216,"max_position_embeddings":8192,"model_type":"gemma2","num_attention_heads":8,
        "num_hidden_layers":26,"num_key_value_heads":4,
        "pad_token_id":0,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_theta":10000.0,"sliding_window":4096,"sliding_window_size":4096,
        "torch_dtype":"bfloat16",
        "transformers_version":"4.42.4","use_cache":true,"vocab_size":256000,"_attn_implementation_autoset":true
        """;

    private const string Gemma3 = """
        "architectures":["Gemma3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"attn_logit_softcapping":null,"bos_token_id":2,
        "cache_implementation":"hybrid",
        "eos_token_id":[1,106],"final_logit_softcapping":null,"head_dim":256,"hidden_activation":"gelu_pytorch_tanh","hidden_size":1152,
        "initializer_range":0.02,
        "intermediate_size":6912,"max_position_embeddings":32768,"model_type":"gemma3_text","num_attention_heads":4,"num_hidden_layers":26,
        "num_key_value_heads":1,"pad_token_id":0,
        "query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"sliding_window":512,"torch_dtype":"bfloat16","transformers_version":"4.50.0.dev0","use_cache":true,
        "vocab_size":262144
        """;

    private const string Phi3 = """
        "_name_or_path":"Phi-4-mini-instruct","architectures":["Phi3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,
        "auto_map":{"AutoConfig":"configuration_phi3.Phi3Config","AutoModelForCausalLM":"modeling_phi3.Phi3ForCausalLM"},"bos_token_id":199999,"embd_pdrop":0.0,
        "eos_token_id":199999,"full_attn_mod":1,"hidden_act":"silu","hidden_size":3072,"initializer_range":0.02,"intermediate_size":8192,"interpolate_factor":1,
        "lm_head_bias":false,"max_position_embeddings":131072,"mlp_bias":false,"model_type":"phi3","num_attention_heads":24,"num_hidden_layers":32,
        "num_key_value_heads":8,
        "original_max_position_embeddings":4096,"pad_token_id":199999,"partial_rotary_factor":0.75,"resid_pdrop":0.0,"rms_norm_eps":1e-05,"rope_theta":10000.0,
        "sliding_window":262144,"tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.45.0","use_cache":true,"vocab_size":200064
        """;

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["Llama 3.2 1B"] = Object(Llama,
            """ "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"} """),
        ["Llama 2 7B"] = """
            {"_name_or_path":"meta-llama/Llama-2-7b-hf","architectures":["LlamaForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu",
            "hidden_size":4096,
            "initializer_range":0.02,"intermediate_size":11008,"max_position_embeddings":4096,"model_type":"llama","num_attention_heads":32,
            "num_hidden_layers":32,
            "num_key_value_heads":32,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_scaling":null,"tie_word_embeddings":false,"torch_dtype":"float16",
            "transformers_version":"4.31.0.dev0","use_cache":true,"vocab_size":32000}
            """,
        ["SmolLM2 135M"] = """
            {"architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu",
            "hidden_size":576,
            "initializer_range":0.041666666666666664,"intermediate_size":1536,"is_llama_config":true,"max_position_embeddings":8192,"mlp_bias":false,
            "model_type":"llama",
            "num_attention_heads":9,"num_hidden_layers":30,"num_key_value_heads":3,"pad_token_id":2,"pretraining_tp":1,"rms_norm_eps":1e-05,
            "rope_interleaved":false,
            "rope_scaling":null,"rope_theta":100000,"tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.42.3",
            "transformers.js_config":{"kv_cache_dtype":{"q4f16":"float16","fp16":"float16"}},"use_cache":true,"vocab_size":49152}
            """,
        ["Qwen2.5 0.5B"] = Object(Qwen, "\"use_mrope\":false"),
        ["Qwen2.5 with yarn"] = Object(Qwen, """ "rope_scaling":{"factor":4.0,"original_max_position_embeddings":32768,"type":"yarn"} """),
        ["Qwen3 0.6B"] = """
            {"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"head_dim":128,
            "hidden_act":"silu",
            "hidden_size":1024,"initializer_range":0.02,"intermediate_size":3072,"max_position_embeddings":40960,"max_window_layers":28,"model_type":"qwen3",
            "num_attention_heads":16,"num_hidden_layers":28,"num_key_value_heads":8,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000,
            "sliding_window":null,
            "tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.51.0","use_cache":true,"use_sliding_window":false,"vocab_size":151936}
            """,
        ["Qwen3 30B-A3B"] = """
            {"architectures":["Qwen3MoeForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":151643,"decoder_sparse_step":1,
            "eos_token_id":151645,
            "head_dim":128,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":6144,"max_position_embeddings":40960,
            "max_window_layers":48,
            "mlp_only_layers":[],"model_type":"qwen3_moe","moe_intermediate_size":768,"norm_topk_prob":true,"num_attention_heads":32,"num_experts":128,
            "num_experts_per_tok":8,
            "num_hidden_layers":48,"num_key_value_heads":4,"output_router_logits":false,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000.0,
            "router_aux_loss_coef":0.001,"sliding_window":null,"tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.51.0",
            "use_cache":true,
            "use_sliding_window":false,"vocab_size":151936}
            """,
        ["Gemma 2 2B"] = Object(Gemma2),
        ["Gemma 3 1B"] = Object(Gemma3, "\"rope_local_base_freq\":10000,\"rope_scaling\":null,\"rope_theta\":1000000,\"sliding_window_pattern\":6"),
        ["Gemma 3 as version 5 writes it"] = Object(Gemma3, """
            "layer_types":["sliding_attention","sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
            "sliding_attention",
            "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention","sliding_attention","sliding_attention",
            "sliding_attention",
            "sliding_attention","sliding_attention","full_attention","sliding_attention","sliding_attention","sliding_attention","sliding_attention",
            "sliding_attention",
            "full_attention","sliding_attention","sliding_attention"],"use_bidirectional_attention":false,
            "rope_parameters":{"full_attention":{"rope_theta":1000000,"rope_type":"default"},"sliding_attention":{"rope_theta":10000,"rope_type":"default"}}
            """),
        ["Phi-3 mini"] = """
            {"_name_or_path":"Phi-3-mini-4k-instruct","architectures":["Phi3ForCausalLM"],"attention_dropout":0.0,
            "auto_map":{"AutoConfig":"configuration_phi3.Phi3Config"},
            "bos_token_id":1,"embd_pdrop":0.0,"eos_token_id":32000,"hidden_act":"silu","hidden_size":3072,"initializer_range":0.02,"intermediate_size":8192,
            "max_position_embeddings":4096,"model_type":"phi3","num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,
            "original_max_position_embeddings":4096,
            "pad_token_id":32000,"resid_pdrop":0.0,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":10000.0,"sliding_window":2047,
            "tie_word_embeddings":false,
            "torch_dtype":"bfloat16","transformers_version":"4.40.2","use_cache":true,"attention_bias":false,"vocab_size":32064}
            """,
        ["Phi-4 mini"] = Object(Phi3, $"\"rope_scaling\":{{\"long_factor\":[{Ones(48)}],\"short_factor\":[{Ones(48)}],\"type\":\"longrope\"}}"),
        ["Mistral 7B v0.1"] = """
            {"architectures":["MistralForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,
            "intermediate_size":14336,
            "max_position_embeddings":32768,"model_type":"mistral","num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"rms_norm_eps":1e-05,
            "rope_theta":10000.0,"sliding_window":4096,"tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.34.0.dev0",
            "use_cache":true,"vocab_size":32000}
            """,
        ["Mixtral 8x7B"] = """
            {"architectures":["MixtralForCausalLM"],"attention_dropout":0.0,"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,
            "initializer_range":0.02,
            "intermediate_size":14336,"max_position_embeddings":32768,"model_type":"mixtral","num_attention_heads":32,"num_experts_per_tok":2,
            "num_hidden_layers":32,
            "num_key_value_heads":8,"num_local_experts":8,"output_router_logits":false,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"router_aux_loss_coef":0.02,
            "sliding_window":null,"tie_word_embeddings":false,"torch_dtype":"bfloat16","transformers_version":"4.36.0.dev0","use_cache":true,"vocab_size":32000}
            """,
        ["OLMo 2 1B"] = """
            {"architectures":["Olmo2ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"eos_token_id":100257,"hidden_act":"silu","hidden_size":2048,
            "initializer_range":0.02,"intermediate_size":8192,"max_position_embeddings":4096,"model_type":"olmo2","num_attention_heads":16,
            "num_hidden_layers":16,
            "num_key_value_heads":16,"pad_token_id":100277,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":500000,"tie_word_embeddings":false,
            "torch_dtype":"float32",
            "transformers_version":"4.47.0","use_cache":false,"vocab_size":100352}
            """,
        ["SmolLM3 3B"] = $$"""
            {"architectures":["SmolLM3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":null,"eos_token_id":128012,
            "hidden_act":"silu",
            "hidden_size":2048,"initializer_range":0.02,"intermediate_size":11008,
            "layer_types":[{{string.Join(',', Enumerable.Repeat("\"full_attention\"", 36))}}],
            "max_position_embeddings":65536,"max_window_layers":28,"mlp_bias":false,"model_type":"smollm3","no_rope_layer_interval":4,
            "no_rope_layers":[{{string.Join(',', Enumerable.Range(1, 36).Select(i => i % 4 == 0 ? 0 : 1))}}],"num_attention_heads":16,"num_hidden_layers":36,
            "num_key_value_heads":4,"pad_token_id":128004,"pretraining_tp":2,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":5000000.0,
            "sliding_window":null,
            "torch_dtype":"bfloat16","transformers_version":"4.54.0.dev0","use_cache":false,"use_sliding_window":false,"vocab_size":128256}
            """,
        ["Granite 3.1 2B"] = """
            {"architectures":["GraniteForCausalLM"],"attention_bias":false,"attention_dropout":0.1,"attention_multiplier":0.015625,"bos_token_id":0,
            "embedding_multiplier":12.0,
            "eos_token_id":0,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":8192,"logits_scaling":8.0,
            "max_position_embeddings":131072,
            "mlp_bias":false,"model_type":"granite","num_attention_heads":32,"num_hidden_layers":40,"num_key_value_heads":8,"pad_token_id":0,
            "residual_multiplier":0.22,
            "rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":5000000.0,"tie_word_embeddings":true,"torch_dtype":"bfloat16",
            "transformers_version":"4.47.0","use_cache":true,
            "vocab_size":49155}
            """,
    };

    /// <summary>That of Llama 3.2 with fields more.</summary>
    public static string LlamaWith(string fields) => Object(Llama, fields);

    /// <summary>That of Qwen2.5 with fields more.</summary>
    public static string QwenWith(string fields) => Object(Qwen, fields);

    private static string Object(params string[] fields) => $"{{{string.Join(',', fields)}}}";

    private static string Ones(int count) => string.Join(',', Enumerable.Repeat("1.0", count));
}
