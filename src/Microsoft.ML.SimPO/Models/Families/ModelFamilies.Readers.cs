using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>The readers that <see cref="ModelFamilies"/> names: which fields of a configuration mean what, as Hugging Face reads them.</summary>
internal static partial class ModelFamilies
{
    /// <param name="headDim">Where the configuration says nothing; null for hidden / heads.</param>
    /// <param name="ropeTheta">Where the configuration says nothing.</param>
    private static DecoderArchitecture ReadCommon(ModelConfig config, int? headDim = null, double ropeTheta = 10_000) =>
        ReadCommon(config, new RotaryDefaults(ropeTheta), headDim);

    /// <param name="rotary">Where the configuration says nothing.</param>
    /// <param name="headDim">Where the configuration says nothing; null for hidden / heads.</param>
    /// <param name="epsilon">What the field is called that is added below the root of norms.</param>
    /// <param name="activation">Null for that of a gate, which the configuration says.</param>
    private static DecoderArchitecture ReadCommon(
        ModelConfig config, RotaryDefaults rotary, int? headDim = null, string epsilon = "rms_norm_eps", Activation? activation = null)
    {
        NullFields.Check(config);
        ClassDefaults defaults = ClassDefaults.Of(config);
        int hidden = Positive(config, "hidden_size", defaults.HiddenSize), heads = Positive(config, "num_attention_heads", defaults.Heads);
        int keyValueHeads = config.IsNull("num_key_value_heads") ? heads : config.GetInt32("num_key_value_heads", defaults.KeyValueHeads ?? heads);
        int dim = config.GetInt32("head_dim", headDim ?? hidden / heads);
        if (dim < 1) throw config.Wrong("head_dim", "at least 1");
        if (keyValueHeads < 1 || heads % keyValueHeads != 0)
            throw config.Wrong("num_key_value_heads", FormattableString.Invariant($"a divisor of num_attention_heads, which is {heads}"));
        return new DecoderArchitecture
        {
            ModelType = config.GetString("model_type"),
            VocabularySize = Positive(config, "vocab_size", defaults.VocabularySize),
            HiddenSize = hidden,
            IntermediateSize = Positive(config, "intermediate_size", defaults.IntermediateSize),
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDim = dim,
            MaxPositions = RotaryReader.MaxPositions(config),
            NormEpsilon = NormEpsilonOf(config, epsilon, defaults.NormEpsilon),
            Layers = [.. Enumerable.Repeat(new LayerArchitecture(null, 0), Positive(config, "num_hidden_layers", defaults.Layers))],
            Rotaries = [RotaryReader.Read(config, dim, rotary)],
            PaddingToken = PaddingOf(config, Positive(config, "vocab_size", defaults.VocabularySize), defaults.PaddingToken),
            TiedHead = IsTied(config, absent: false),
            Activation = activation ?? ActivationOf(config, "hidden_act", "silu"),
            AttentionScale = 1 / Math.Sqrt(dim),
        };
    }

    private static DecoderArchitecture ReadWithBias(ModelConfig config, int? headDim = null, double ropeTheta = 10_000)
    {
        bool bias = config.GetBool("attention_bias", false);
        return ReadCommon(config, headDim, ropeTheta) with { QueryKeyValueBias = bias, AttentionOutputBias = bias };
    }

    private static DecoderArchitecture ReadLlama(ModelConfig config) => ReadLlama(config, 10_000);

    private static DecoderArchitecture ReadLlama(ModelConfig config, double ropeTheta) =>
        ReadWithBias(config, ropeTheta: ropeTheta) with { MlpBias = config.GetBool("mlp_bias", false) };

    private static DecoderArchitecture ReadGemma(ModelConfig config, double ropeTheta = 10_000)
    {
        DecoderArchitecture common = ReadWithBias(config, headDim: 256, ropeTheta);
        return common with
        {
            NormAddsOne = true,
            TiedHead = IsTied(config, absent: true),
            EmbeddingScale = (float)Math.Sqrt(common.HiddenSize),
            Activation = ActivationOf(config, "hidden_activation", "gelu_pytorch_tanh"),
        };
    }

    private static DecoderArchitecture ReadGemma2(ModelConfig config) =>
        WithLayerTypes(WithFourNorms(ReadGemma(config), config, attentionCap: 50, logitsCap: 30), config, Window(config), i => i % 2 == 0);

    /// <param name="attentionCap">Where the configuration says nothing; null for none.</param>
    /// <param name="logitsCap">Where the configuration says nothing; null for none.</param>
    private static DecoderArchitecture WithFourNorms(
        DecoderArchitecture gemma, ModelConfig config, double? attentionCap = null, double? logitsCap = null) => gemma with
    {
        OutputNorms = true,
        AttentionScale = Math.Pow(config.GetPositive("query_pre_attn_scalar", 256), -0.5),
        AttentionSoftCap = SoftCap(config, "attn_logit_softcapping", attentionCap),
        LogitsSoftCap = SoftCap(config, "final_logit_softcapping", logitsCap),
    };

    // Null in the configuration is no cap.
    private static double? SoftCap(ModelConfig config, string field, double? absent) =>
        config.IsNull(field) ? null : config.Has(field) ? config.GetPositive(field, 0) : absent;

    // Below 0 the root of a small square has no value; from 1 on it says more than the values.
    private static double NormEpsilonOf(ModelConfig config, string field, double absent) =>
        config.GetPositive(field, absent) is <= 1 and var epsilon ? epsilon : throw config.Wrong(field, "at most 1");

    private static DecoderArchitecture ReadGemma3(ModelConfig config)
    {
        int pattern = config.GetInt32("_sliding_window_pattern", config.GetInt32("sliding_window_pattern", 6));
        if (pattern < 1) throw config.Wrong(config.Has("_sliding_window_pattern") ? "_sliding_window_pattern" : "sliding_window_pattern", "at least 1");
        DecoderArchitecture gemma = WithFourNorms(ReadGemma(config, ropeTheta: 1_000_000), config) with { QueryKeyNorm = QueryKeyNorm.PerHead };
        gemma = WithLayerTypes(gemma, config, Window(config), i => (i + 1) % pattern != 0);
        return gemma with
        {
            Rotaries = [gemma.Rotaries[0], RotaryReader.ReadLocal(config, gemma.HeadDim)],
            Layers = [.. gemma.Layers.Select(l => l with { Rotary = l.Window is null ? 0 : 1 })],
        };
    }

    private static DecoderArchitecture ReadSmolLM3(ModelConfig config)
    {
        int interval = config.GetInt32("no_rope_layer_interval", 4);
        if (interval < 1) throw config.Wrong("no_rope_layer_interval", "at least 1");
        DecoderArchitecture llama = ReadLlama(config, ropeTheta: 2_000_000) with { TiedHead = IsTied(config, absent: true) };
        IReadOnlyList<int> listed = config.GetInt32List("no_rope_layers"); // 1 where the layer has rotary positions
        CheckEachLayer(config, "no_rope_layers", listed.Count, llama);
        bool Turns(int i) => listed.Count > 0 ? listed[i] != 0 : (i + 1) % interval != 0;
        llama = WithLayerTypes(llama, config, WindowIfUsed(config), i => !Turns(i));
        return llama with { Layers = [.. llama.Layers.Select((l, i) => l with { Rotary = Turns(i) ? 0 : null })] };
    }

    private static DecoderArchitecture ReadGranite(ModelConfig config) => ReadLlama(config) with
    {
        EmbeddingScale = config.GetDouble("embedding_multiplier", 1),
        AttentionScale = config.GetDouble("attention_multiplier", 1),
        ResidualMultiplier = config.GetDouble("residual_multiplier", 1),
        LogitsScaling = config.GetPositive("logits_scaling", 1),
    };

    /// <summary>Qwen2 and Qwen3: the upper layers slide, if any.</summary>
    private static DecoderArchitecture WithUpperWindow(DecoderArchitecture architecture, ModelConfig config)
    {
        int first = config.GetInt32("max_window_layers", 28);
        return WithLayerTypes(architecture, config, WindowIfUsed(config), i => i >= first);
    }

    private static int? WindowIfUsed(ModelConfig config) => config.GetBool("use_sliding_window", false) ? WindowOrNone(config, 4096) : null;

    /// <summary>Null in the file is no window, whatever the class takes for an absent one.</summary>
    private static int? WindowOrNone(ModelConfig config, int? absent) =>
        config.IsNull("sliding_window") ? null : config.Has("sliding_window") ? Positive(config, "sliding_window") : absent;

    private static int Window(ModelConfig config) => config.Has("sliding_window") ? Positive(config, "sliding_window") : 4096;

    private static DecoderArchitecture AllSlide(DecoderArchitecture architecture, int? window) =>
        architecture with { Layers = [.. architecture.Layers.Select(l => l with { Window = window })] };

    /// <summary><c>layer_types</c> where the configuration has it, else the family's own rule.</summary>
    private static DecoderArchitecture WithLayerTypes(DecoderArchitecture architecture, ModelConfig config, int? window, Func<int, bool> slides)
    {
        IReadOnlyList<string> types = config.GetStringList("layer_types");
        CheckEachLayer(config, "layer_types", types.Count, architecture);
        if (types.Any(t => t != "full_attention" && (t != "sliding_attention" || window is null)))
            throw config.Wrong(
                "layer_types", window is null ? "a list of full_attention, for no sliding window is used" : "a list of full_attention and sliding_attention");
        bool Slides(int i) => types.Count > 0 ? types[i] == "sliding_attention" : slides(i);
        return architecture with { Layers = [.. architecture.Layers.Select((l, i) => l with { Window = Slides(i) ? window : null })] };
    }

    private static void CheckEachLayer(ModelConfig config, string field, int count, DecoderArchitecture architecture)
    {
        if (count > 0 && count != architecture.Layers.Count)
            throw config.Wrong(field, FormattableString.Invariant($"a list with an entry for each of the {architecture.Layers.Count} layers"));
    }

    private static int Positive(ModelConfig config, string field, int absent) => config.Has(field) ? Positive(config, field) : absent;

    /// <summary>An id counts from the end where it is below 0, as PyTorch's embedding has it: -1 is the last row. Null is none.</summary>
    private static int? PaddingOf(ModelConfig config, int rows, int? absent)
    {
        if (config.GetInt32OrNull("pad_token_id") is { } id) return id < 0 ? rows + id : id;
        return config.IsNull("pad_token_id") || absent >= rows ? null : absent;
    }

    /// <summary>Null is no tied head, whatever the class takes for an absent one.</summary>
    private static bool IsTied(ModelConfig config, bool absent) => !config.IsNull("tie_word_embeddings") && config.GetBool("tie_word_embeddings", absent);

    private static int Positive(ModelConfig config, string field) =>
        config.GetInt32(field) is > 0 and var value ? value : throw config.Wrong(field, "at least 1");

    private static Activation ActivationOf(ModelConfig config, string field, string fallback) => (config.GetStringOrNull(field) ?? fallback) switch
    {
        "silu" or "swish" => Activation.Silu,
        "gelu" => Activation.Gelu,
        "gelu_pytorch_tanh" or "gelu_new" => Activation.GeluTanh,
        _ => throw config.Wrong(field, "silu, gelu or gelu_pytorch_tanh"),
    };
}
