namespace Microsoft.ML.SimPO.Models;

/// <summary>Configurations of later families, with the fields and values that published models have.</summary>
internal static class LaterConfigs
{
    public static Dictionary<string, string> All { get; } = new()
    {
        ["gpt-oss 20B, unquantised"] = $$"""
            {"architectures":["GptOssForCausalLM"],"attention_bias":true,"attention_dropout":0.0,"eos_token_id":200002,"experts_per_token":4,"head_dim":64,
            "hidden_act":"silu","hidden_size":2880,"initial_context_length":4096,"initializer_range":0.02,"intermediate_size":2880,
            "layer_types":[{{string.Join(',', Enumerable.Repeat("\"sliding_attention\",\"full_attention\"", 12))}}],
            "max_position_embeddings":131072,"model_type":"gpt_oss","num_attention_heads":64,"num_experts_per_tok":4,"num_hidden_layers":24,
            "num_key_value_heads":8,"num_local_experts":32,"output_router_logits":false,"pad_token_id":199999,"rms_norm_eps":1e-05,
            "rope_scaling":{"beta_fast":32.0,"beta_slow":1.0,"factor":32.0,"original_max_position_embeddings":4096,"rope_type":"yarn","truncate":false},
            "rope_theta":150000,"router_aux_loss_coef":0.9,"sliding_window":128,"swiglu_limit":7.0,"tie_word_embeddings":false,
            "transformers_version":"4.55.0.dev0","use_cache":true,"vocab_size":201088}
            """,
        ["Command R7B"] = """
            {"architectures":["Cohere2ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":5,"cache_implementation":"hybrid",
            "eos_token_id":255001,"head_dim":128,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,"intermediate_size":14336,
            "layer_norm_eps":1e-05,"layer_switch":4,"logit_scale":0.25,"max_position_embeddings":8192,"model_type":"cohere2","num_attention_heads":32,
            "num_hidden_layers":32,"num_key_value_heads":8,"order_of_interleaved_layers":"local_attn_first","pad_token_id":0,
            "position_embedding_type":"rope_gptj","rope_scaling":null,"rope_theta":50000,"rotary_pct":1.0,"sliding_window":4096,"sliding_window_pattern":4,
            "torch_dtype":"bfloat16","transformers_version":"4.48.0.dev0","use_cache":true,"use_embedding_sharing":true,"use_gated_activation":true,
            "use_parallel_block":true,"use_parallel_embedding":false,"use_qk_norm":false,"vocab_size":256000}
            """,
        ["StarCoder2 3B"] = """
            {"activation_function":"gelu","architectures":["Starcoder2ForCausalLM"],"attention_dropout":0.1,"residual_dropout":0.1,"embedding_dropout":0.1,
            "attention_softmax_in_fp32":true,"bos_token_id":0,"eos_token_id":0,"hidden_act":"gelu_pytorch_tanh","hidden_size":3072,"initializer_range":0.018042,
            "intermediate_size":12288,"layer_norm_epsilon":1e-05,"max_position_embeddings":16384,"mlp_type":"default","model_type":"starcoder2",
            "norm_epsilon":1e-05,"norm_type":"layer_norm","num_attention_heads":24,"num_hidden_layers":30,"num_key_value_heads":2,
            "rope_theta":999999.4420358813,"scale_attention_softmax_in_fp32":true,"scale_attn_weights":true,"sliding_window":4096,"torch_dtype":"bfloat16",
            "transformers_version":"4.37.0.dev0","use_bias":true,"use_cache":true,"vocab_size":49152}
            """,
        ["LFM2 1.2B"] = """
            {"architectures":["Lfm2ForCausalLM"],"block_auto_adjust_ff_dim":true,"block_dim":2048,"block_ff_dim":12288,"block_ffn_dim_multiplier":1.0,
            "block_mlp_init_scale":1.0,"block_multiple_of":256,"block_norm_eps":1e-05,"block_out_init_scale":1.0,"block_use_swiglu":true,
            "block_use_xavier_init":true,"bos_token_id":1,"conv_L_cache":3,"conv_bias":false,"conv_dim":2048,"conv_dim_out":2048,"conv_use_xavier_init":true,
            "eos_token_id":7,"full_attn_idxs":[2,5,8,10,12,14],"hidden_size":2048,"initializer_range":0.02,"max_position_embeddings":128000,
            "model_type":"lfm2","norm_eps":1e-05,"num_attention_heads":32,"num_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"pad_token_id":0,
            "rope_theta":1000000.0,"torch_dtype":"bfloat16","transformers_version":"4.54.0.dev0","use_cache":true,"use_pos_enc":true,"vocab_size":65536}
            """,
        ["GLM-4.5 Air"] = """
            {"architectures":["Glm4MoeForCausalLM"],"attention_bias":true,"attention_dropout":0.0,"eos_token_id":[151329,151336,151338],
            "first_k_dense_replace":1,"head_dim":128,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,"intermediate_size":10944,
            "max_position_embeddings":131072,"model_type":"glm4_moe","moe_intermediate_size":1408,"n_group":1,"n_routed_experts":128,"n_shared_experts":1,
            "norm_topk_prob":true,"num_attention_heads":96,"num_experts_per_tok":8,"num_hidden_layers":46,"num_key_value_heads":8,
            "num_nextn_predict_layers":1,"pad_token_id":151329,"partial_rotary_factor":0.5,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":1000000,
            "routed_scaling_factor":1.0,"tie_word_embeddings":false,"topk_group":1,"torch_dtype":"bfloat16","transformers_version":"4.54.0","use_cache":true,
            "use_qk_norm":false,"vocab_size":151552}
            """,
        ["Apertus 8B"] = """
            {"architectures":["ApertusForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":1,"eos_token_id":68,"hidden_act":"xielu",
            "hidden_dropout":0.0,"hidden_size":4096,"initializer_range":0.02,"intermediate_size":21504,"max_position_embeddings":65536,"mlp_bias":false,
            "model_type":"apertus","num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"pad_token_id":3,"post_norm":false,"qk_norm":true,
            "rms_norm_eps":1e-05,"rope_scaling":{"factor":8.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,
            "rope_type":"llama3","type":"llama3"},"rope_theta":12000000,"tie_word_embeddings":false,"torch_dtype":"bfloat16",
            "transformers_version":"4.56.0.dev0","use_cache":true,"vocab_size":131072}
            """,
        ["OLMo 3 7B"] = $$"""
            {"architectures":["Olmo3ForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":null,"dtype":"bfloat16","eos_token_id":100257,
            "hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,"intermediate_size":11008,
            "layer_types":[{{string.Join(',', Enumerable.Range(1, 32).Select(i => i % 4 == 0 ? "\"full_attention\"" : "\"sliding_attention\""))}}],
            "max_position_embeddings":65536,"model_type":"olmo3","num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,
            "pad_token_id":100277,"rms_norm_eps":1e-06,"rope_scaling":{"attention_factor":1.2079441541679836,"beta_fast":32,"beta_slow":1,"factor":8.0,
            "original_max_position_embeddings":8192,"rope_type":"yarn"},"rope_theta":500000,"sliding_window":4096,"tie_word_embeddings":false,
            "transformers_version":"4.57.0","use_cache":false,"vocab_size":100278}
            """,
    };
}
