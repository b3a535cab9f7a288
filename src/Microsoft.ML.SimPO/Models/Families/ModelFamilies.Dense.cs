using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Readers of the later dense families.</summary>
internal static partial class ModelFamilies
{
    private const int UsualHeadDim = 128;

    private static readonly RotaryDefaults Ministral3Rotary = new(1_000_000)
    {
        QueryScale = true,
        Scaling = """
            {"rope_type": "yarn", "rope_theta": 1000000.0, "factor": 16.0, "original_max_position_embeddings": 16384, "beta_fast": 32.0, "beta_slow": 1.0,
            "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.1}
            """,
    };

    private static readonly RotaryDefaults ApertusRotary = new(12_000_000)
    {
        Scaling = """
            {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
            """,
    };

    private static DecoderArchitecture ReadMinistral3(ModelConfig config) =>
        AllSlide(ReadCommon(config, Ministral3Rotary, UsualHeadDim), WindowOrNone(config, null));

    private static DecoderArchitecture ReadOlmo3(ModelConfig config)
    {
        var rotary = new RotaryDefaults(500_000);
        bool bias = config.GetBool("attention_bias", false);
        DecoderArchitecture common = ReadCommon(config, rotary) with
        {
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            InputNorms = false,
            OutputNorms = true,
            QueryKeyNorm = QueryKeyNorm.WholeProjection,
        };
        // Where embeddings are written by layer type, transformers looks for yarn's `truncate` beside them, where it never stands.
        bool isByType = config.GetOrNull("rope_parameters")?.Has("full_attention") == true;
        RotaryArchitecture full = isByType ? common.Rotaries[0] with { Truncate = true } : common.Rotaries[0];
        common = WithLayerTypes(common, config, Window(config), i => (i + 1) % 4 != 0);
        return common with
        {
            Rotaries = [full, RotaryReader.ReadSliding(config, common.HeadDim, rotary)],
            Layers = [.. common.Layers.Select(l => l with { Rotary = l.Window is null ? 0 : 1 })],
        };
    }

    private static DecoderArchitecture ReadArcee(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        return ReadCommon(config, new RotaryDefaults(), activation: PlainActivationOf(config, "relu2")) with
        {
            QueryKeyValueBias = bias, AttentionOutputBias = bias, MlpBias = config.GetBool("mlp_bias", false), GatedMlp = false,
        };
    }

    private static DecoderArchitecture ReadSeedOss(ModelConfig config) => ReadCommon(config, UsualHeadDim) with
    {
        QueryKeyValueBias = config.GetBool("attention_bias", true),
        AttentionOutputBias = config.GetBool("attention_out_bias", false),
        MlpBias = config.GetBool("mlp_bias", false),
    };

    /// <summary>With a window, layers that see everything have no positions.</summary>
    private static DecoderArchitecture ReadExaone4(ModelConfig config)
    {
        DecoderArchitecture common = ReadCommon(config) with { InputNorms = false, OutputNorms = true, QueryKeyNorm = QueryKeyNorm.PerHead };
        if (WindowOrNone(config, 4096) is not { } window) return WithLayerTypes(common, config, null, _ => false);
        common = WithLayerTypes(common, config, window, SlidesByPattern(config));
        return common with { Layers = [.. common.Layers.Select(l => l with { Rotary = l.Window is null ? null : 0 })] };
    }

    /// <summary>A number, the last of so many layers sees everything; or letters, L for a layer that slides.</summary>
    private static Func<int, bool> SlidesByPattern(ModelConfig config)
    {
        const string field = "sliding_window_pattern";
        if (config.Find(field) is { ValueKind: JsonValueKind.String })
            return config.GetString(field) is { Length: > 0 } letters && letters.All(l => l is 'L' or 'G')
                ? i => letters[i % letters.Length] == 'L'
                : throw config.Wrong(field, "a number, or the letters L and G, such as LLLG");
        int every = config.GetInt32(field, 4);
        return every >= 1 || config.Has("layer_types") ? i => (i + 1) % every != 0 : throw config.Wrong(field, "at least 1");
    }

    private static DecoderArchitecture ReadGlm4(ModelConfig config) => Interleaved(ReadCommon(config, new RotaryDefaults { Part = 0.5 }, UsualHeadDim) with
    {
        QueryKeyValueBias = config.GetBool("attention_bias", true),
        OutputNorms = true,
    });

    private static DecoderArchitecture ReadHunYuan(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        return ReadCommon(config, new RotaryDefaults { Alpha = true }) with
        {
            QueryKeyValueBias = bias, AttentionOutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerHead, QueryKeyNormAfterRotary = true,
        };
    }

    private static DecoderArchitecture ReadErnie(ModelConfig config) =>
        Interleaved(WithBiases(ReadCommon(config, new RotaryDefaults(500_000), UsualHeadDim), config.GetBool("use_bias", false)) with
        {
            TiedHead = IsTied(config, absent: true),
        });

    private static DecoderArchitecture ReadApertus(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        if ((config.GetStringOrNull("hidden_act") ?? "xielu") != "xielu") throw config.Wrong("hidden_act", "xielu");
        return ReadCommon(config, ApertusRotary, activation: Activation.XIelu) with
        {
            QueryKeyValueBias = bias, AttentionOutputBias = bias, QueryKeyNorm = QueryKeyNorm.PerHead, GatedMlp = false,
        };
    }

    private static DecoderArchitecture ReadNanoChat(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        DecoderArchitecture common = ReadCommon(config, new RotaryDefaults(), activation: PlainActivationOf(config, "relu2"));
        return common with
        {
            NormKind = NormKind.Weightless,
            EmbeddingNorm = true,
            QueryKeyNorm = QueryKeyNorm.PerHead,
            QueryKeyNormAfterRotary = true,
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            GatedMlp = false,
            LogitsSoftCap = SoftCap(config, "final_logit_softcapping", 15),
            Rotaries = [common.Rotaries[0] with { IsReversed = true }],
        };
    }

    private static DecoderArchitecture ReadCohere2(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", false);
        DecoderArchitecture common = Interleaved(ReadCommon(config, new RotaryDefaults(), epsilon: "layer_norm_eps")) with
        {
            NormKind = NormKind.Layer,
            ParallelBranches = true,
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            TiedHead = IsTied(config, absent: true),
            LogitsScaling = 1 / config.GetPositive("logit_scale", 0.0625),
        };
        if (common.HeadDim != common.HiddenSize / common.HeadCount)
            throw config.Wrong("head_dim", FormattableString.Invariant($"hidden_size / num_attention_heads, which is {common.HiddenSize / common.HeadCount}"));
        common = WithLayerTypes(common, config, Window(config), SlidesByPattern(config));
        return common with { Layers = [.. common.Layers.Select(l => l with { Rotary = l.Window is null ? null : 0 })] };
    }

    private static DecoderArchitecture ReadPhi(ModelConfig config) => WithBiases(
        ReadCommon(config, new RotaryDefaults { Part = 0.5 }, epsilon: "layer_norm_eps", activation: PlainActivationOf(config, "gelu_new")), true) with
    {
        NormKind = NormKind.LayerWithBias,
        ParallelBranches = true,
        GatedMlp = false,
        HeadBias = true,
        QueryKeyNorm = config.GetBool("qk_layernorm", false) ? QueryKeyNorm.PerHead : QueryKeyNorm.None,
    };

    private static DecoderArchitecture ReadStarCoder2(ModelConfig config)
    {
        DecoderArchitecture common =
            ReadCommon(config, new RotaryDefaults(), epsilon: "norm_epsilon", activation: PlainActivationOf(config, "gelu_pytorch_tanh")) with
        {
            NormKind = NormKind.LayerWithBias, GatedMlp = false, TiedHead = IsTied(config, absent: true),
        };
        return AllSlide(WithBiases(common, config.GetBool("use_bias", true)), WindowOrNone(config, null));
    }

    private static DecoderArchitecture WithBiases(DecoderArchitecture architecture, bool bias) =>
        architecture with { QueryKeyValueBias = bias, AttentionOutputBias = bias, MlpBias = bias };

    private static DecoderArchitecture Interleaved(DecoderArchitecture architecture) =>
        architecture with { Rotaries = [.. architecture.Rotaries.Select(r => r with { IsInterleaved = true })] };

    private static Activation PlainActivationOf(ModelConfig config, string fallback) => (config.GetStringOrNull("hidden_act") ?? fallback) switch
    {
        "relu2" => Activation.ReluSquared,
        "silu" or "swish" => Activation.Silu,
        "gelu" => Activation.Gelu,
        "gelu_pytorch_tanh" or "gelu_new" => Activation.GeluTanh,
        _ => throw config.Wrong("hidden_act", "relu2, silu, gelu or gelu_pytorch_tanh"),
    };
}
