using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Recurrent;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Readers of the families whose layers are not all of attention.</summary>
internal static partial class ModelFamilies
{
    private static DecoderArchitecture ReadLfm2(ModelConfig config)
    {
        DecoderArchitecture common = ReadCommon(config, new RotaryDefaults(1_000_000), epsilon: "norm_eps") with
        {
            QueryKeyNorm = QueryKeyNorm.PerHead,
            TiedHead = config.Has("tie_embedding") && !config.Has("tie_word_embeddings") ? config.GetBool("tie_embedding") : IsTied(config, absent: true),
        };
        common = common with { IntermediateSize = Lfm2Size(config, common.IntermediateSize) };
        HashSet<int> full = [.. config.GetInt32List("full_attn_idxs")];
        Func<int, bool> isFull = LayersOf(config, common, "full_attention", "conv") ?? (i => full.Count == 0 || full.Contains(i));
        var convolution = new ShortConvolutionArchitecture(Positive(config, "conv_L_cache", 3), config.GetBool("conv_bias", false));
        return common with { Layers = [.. common.Layers.Select((l, i) => isFull(i) ? l : l with { Rotary = null, Convolution = convolution })] };
    }

    /// <summary>Two thirds, times a factor, rounded up, unless the configuration says that it is what it says.</summary>
    private static int Lfm2Size(ModelConfig config, int size)
    {
        size = Positive(config, "block_ff_dim", size);
        if (!config.GetBool("block_auto_adjust_ff_dim", true)) return size;
        size = (int)(2L * size / 3);
        size = (int)(size * config.GetPositive("block_ffn_dim_multiplier", 1));
        int multiple = Positive(config, "block_multiple_of", 256);
        return multiple * ((size + multiple - 1) / multiple);
    }

    private static DecoderArchitecture ReadQwen35(ModelConfig config)
    {
        if (!config.GetBool("attn_output_gate", true)) throw config.Wrong("attn_output_gate", "true");
        DecoderArchitecture common = ReadCommon(config, new RotaryDefaults { Part = 0.25 }, headDim: 256) with
        {
            NormAddsOne = true,
            QueryKeyNorm = QueryKeyNorm.PerHead,
            OutputGate = true,
            QueryKeyValueBias = config.GetBool("attention_bias", false),
            AttentionOutputBias = config.GetBool("attention_bias", false),
        };
        int every = Positive(config, "full_attention_interval", 4);
        Func<int, bool> isFull = LayersOf(config, common, "full_attention", "linear_attention") ?? (i => (i + 1) % every == 0);
        DeltaRuleArchitecture rule = new(
            Positive(config, "linear_num_key_heads", 16), Positive(config, "linear_key_head_dim", 128), Positive(config, "linear_num_value_heads", 32),
            Positive(config, "linear_value_head_dim", 128), Positive(config, "linear_conv_kernel_dim", 4));
        if (rule.ValueHeads % rule.KeyHeads != 0)
            throw config.Wrong("linear_num_value_heads", FormattableString.Invariant($"a multiple of linear_num_key_heads, which is {rule.KeyHeads}"));
        return common with { Layers = [.. common.Layers.Select((l, i) => isFull(i) ? l : l with { Rotary = null, DeltaRule = rule })] };
    }

    private static DecoderArchitecture ReadQwen35Moe(ModelConfig config)
    {
        ExpertArchitecture experts = Experts(
            config, CountField(config), 256, 8, Positive(config, "moe_intermediate_size", 512), renormalizes: true) with
        {
            SharedSize = Positive(config, "shared_expert_intermediate_size", 512), HasSharedGate = true,
        };
        return WithExperts(ReadQwen35(config), experts, _ => true);
    }

    /// <returns>Whether a layer is of the first kind, by <c>layer_types</c>; null where the configuration has none.</returns>
    private static Func<int, bool>? LayersOf(ModelConfig config, DecoderArchitecture architecture, string first, string second)
    {
        IReadOnlyList<string> types = config.GetStringList("layer_types");
        if (types.Count == 0) return null;
        CheckEachLayer(config, "layer_types", types.Count, architecture);
        if (types.Any(t => t != first && t != second)) throw config.Wrong("layer_types", $"a list of {second} and {first}");
        return i => types[i] == first;
    }
}
