using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models;

/// <summary>The supported families. Each is data: which fields of its configuration mean what, and what its tensors are called.</summary>
internal static class ModelFamilies
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

    private static readonly ModelFamily[] Rows =
    [
        new("llama", ReadLlama, Common),
        new("mistral", c => WithWindow(ReadCommon(c), c, _ => true), Common),
        new("qwen2", c => WithWindow(ReadCommon(c) with { QueryKeyValueBias = true }, c, i => UsesWindow(c) && i >= c.GetInt32("max_window_layers", int.MaxValue)), Common),
        new("qwen3", c => WithWindow(ReadWithBias(c) with { QueryKeyNorm = QueryKeyNorm.PerHead }, c, i => UsesWindow(c) && i >= c.GetInt32("max_window_layers", int.MaxValue)), Common),
        new("gemma", c => ReadGemma(c) with { Activation = ActivationOf(c, "hidden_act", "gelu_pytorch_tanh") }, Common),
        new("gemma2", ReadGemma2, FourNorms),
        new("gemma3_text", ReadGemma3, FourNorms),
        new("phi3", c => WithWindow(ReadCommon(c), c, _ => true), Phi3Names),
        new("olmo2", c => ReadWithBias(c) with { InputNorms = false, OutputNorms = true, QueryKeyNorm = QueryKeyNorm.WholeProjection }, Common),
        new("smollm3", ReadSmolLM3, Common),
        new("granite", ReadGranite, Common),
        new("mixtral", ReadMixtral, MixtralNames),
        new("qwen3_moe", ReadQwen3Moe, Common),
    ];

    public static IEnumerable<string> ModelTypes => Rows.Select(r => r.ModelType);

    /// <exception cref="NotSupportedException">No family has the configuration's <c>model_type</c>.</exception>
    public static ModelFamily Of(ModelConfig config)
    {
        string type = config.GetString("model_type");
        return Rows.FirstOrDefault(r => r.ModelType == type) ?? throw new NotSupportedException(
            $"'{config.Path}': model_type '{type}' is not supported. Supported are {string.Join(", ", ModelTypes)}.");
    }

    private static DecoderArchitecture ReadCommon(ModelConfig config)
    {
        int hidden = config.GetInt32("hidden_size"), heads = config.GetInt32("num_attention_heads");
        int headDim = config.GetInt32("head_dim", hidden / heads);
        return new DecoderArchitecture
        {
            ModelType = config.GetString("model_type"),
            VocabularySize = config.GetInt32("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = config.GetInt32("intermediate_size"),
            HeadCount = heads,
            KeyValueHeadCount = config.GetInt32("num_key_value_heads", heads),
            HeadDim = headDim,
            MaxPositions = config.GetInt32("max_position_embeddings"),
            NormEpsilon = config.GetDouble("rms_norm_eps"),
            Layers = [.. Enumerable.Repeat(new LayerArchitecture(null, 0), config.GetInt32("num_hidden_layers"))],
            Rotaries = [RotaryReader.Read(config, headDim)],
            PaddingToken = config.GetInt32OrNull("pad_token_id"),
            TiedHead = config.GetBool("tie_word_embeddings", false),
            Activation = ActivationOf(config, "hidden_act", "silu"),
            AttentionScale = 1 / Math.Sqrt(headDim),
        };
    }

    private static DecoderArchitecture ReadWithBias(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        return ReadCommon(config) with { QueryKeyValueBias = bias, AttentionOutputBias = bias };
    }

    private static DecoderArchitecture ReadLlama(ModelConfig config) => ReadWithBias(config) with { MlpBias = config.GetBool("mlp_bias", false) };

    private static DecoderArchitecture ReadGemma(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        DecoderArchitecture common = ReadCommon(config);
        return common with
        {
            NormAddsOne = true,
            TiedHead = config.GetBool("tie_word_embeddings", true),
            EmbeddingScale = (float)Math.Sqrt(common.HiddenSize),
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            Activation = ActivationOf(config, "hidden_activation", "gelu_pytorch_tanh"),
        };
    }

    private static DecoderArchitecture ReadGemma2(ModelConfig config) => WithWindow(
        ReadGemma(config) with
        {
            OutputNorms = true,
            AttentionScale = Math.Pow(config.GetDouble("query_pre_attn_scalar"), -0.5),
            AttentionSoftCap = config.GetDoubleOrNull("attn_logit_softcapping"),
            LogitsSoftCap = config.GetDoubleOrNull("final_logit_softcapping"),
        },
        config,
        i => i % 2 == 0);

    private static DecoderArchitecture ReadGemma3(ModelConfig config)
    {
        int pattern = config.GetInt32("_sliding_window_pattern", config.GetInt32("sliding_window_pattern", 6));
        DecoderArchitecture gemma = ReadGemma2(config) with { QueryKeyNorm = QueryKeyNorm.PerHead };
        gemma = WithWindow(gemma, config, i => (i + 1) % pattern != 0);
        RotaryArchitecture local = new() { Dimensions = gemma.HeadDim, Base = config.GetDouble("rope_local_base_freq", 10000), MaxPositions = gemma.MaxPositions };
        return gemma with
        {
            Rotaries = [gemma.Rotaries[0], local],
            Layers = [.. gemma.Layers.Select(l => l with { Rotary = l.Window is null ? 0 : 1 })],
        };
    }

    private static DecoderArchitecture ReadSmolLM3(ModelConfig config)
    {
        int interval = config.GetInt32("no_rope_layer_interval", 4);
        IReadOnlyList<int> listed = config.GetInt32List("no_rope_layers"); // 1 where the layer has rotary positions
        bool Turns(int i) => listed.Count > 0 ? listed[i] != 0 : (i + 1) % interval != 0;
        DecoderArchitecture llama = WithWindow(ReadLlama(config), config, _ => UsesWindow(config));
        return llama with { Layers = [.. llama.Layers.Select((l, i) => l with { Rotary = Turns(i) ? 0 : null })] };
    }

    private static DecoderArchitecture ReadGranite(ModelConfig config) => ReadLlama(config) with
    {
        EmbeddingScale = config.GetDouble("embedding_multiplier", 1),
        AttentionScale = config.GetDouble("attention_multiplier", 1),
        ResidualMultiplier = config.GetDouble("residual_multiplier", 1),
        LogitsScaling = config.GetDouble("logits_scaling", 1),
    };

    private static DecoderArchitecture ReadMixtral(ModelConfig config)
    {
        DecoderArchitecture mistral = WithWindow(ReadCommon(config), config, _ => true);
        ExpertArchitecture experts = Experts(config, "num_local_experts", 8, 2, mistral.IntermediateSize, renormalizes: true);
        return mistral with { Layers = [.. mistral.Layers.Select(l => l with { Experts = experts })] };
    }

    private static DecoderArchitecture ReadQwen3Moe(ModelConfig config)
    {
        DecoderArchitecture qwen = WithWindow(ReadWithBias(config) with { QueryKeyNorm = QueryKeyNorm.PerHead }, config, _ => UsesWindow(config));
        int step = config.GetInt32("decoder_sparse_step", 1);
        if (step < 1) throw config.Wrong("decoder_sparse_step", "at least 1");
        IReadOnlyList<int> dense = config.GetInt32List("mlp_only_layers");
        if (config.GetInt32("num_experts", 128) == 0) return qwen;
        ExpertArchitecture experts = Experts(config, "num_experts", 128, 8, config.GetInt32("moe_intermediate_size", 768), config.GetBool("norm_topk_prob", false));
        return qwen with { Layers = [.. qwen.Layers.Select((l, i) => !dense.Contains(i) && (i + 1) % step == 0 ? l with { Experts = experts } : l)] };
    }

    private static ExpertArchitecture Experts(ModelConfig config, string countField, int count, int perToken, int intermediate, bool renormalizes)
    {
        count = config.GetInt32(countField, count);
        perToken = config.GetInt32("num_experts_per_tok", perToken);
        if (count < 1) throw config.Wrong(countField, "at least 1");
        if (perToken < 1 || perToken > count) throw config.Wrong("num_experts_per_tok", FormattableString.Invariant($"between 1 and {countField}, which is {count}"));
        return new ExpertArchitecture(count, perToken, intermediate, renormalizes);
    }

    private static bool UsesWindow(ModelConfig config) => config.GetBool("use_sliding_window", false);

    /// <summary><c>layer_types</c> where the configuration has it, else the family's own rule.</summary>
    private static DecoderArchitecture WithWindow(DecoderArchitecture architecture, ModelConfig config, Func<int, bool> slides)
    {
        if (config.GetInt32OrNull("sliding_window") is not { } window) return architecture;
        IReadOnlyList<string> types = config.GetStringList("layer_types");
        if (types.Count > 0 && types.Count != architecture.Layers.Count)
            throw config.Wrong("layer_types", $"a list with an entry for each of the {architecture.Layers.Count} layers");
        bool Slides(int i) => types.Count > 0 ? types[i] == "sliding_attention" : slides(i);
        return architecture with { Layers = [.. architecture.Layers.Select((l, i) => l with { Window = Slides(i) ? window : null })] };
    }

    private static Activation ActivationOf(ModelConfig config, string field, string fallback) => (config.GetStringOrNull(field) ?? fallback) switch
    {
        "silu" or "swish" => Activation.Silu,
        "gelu" => Activation.Gelu,
        "gelu_pytorch_tanh" or "gelu_new" => Activation.GeluTanh,
        _ => throw config.Wrong(field, "silu, gelu or gelu_pytorch_tanh"),
    };
}
