using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Readers of the families with experts.</summary>
internal static partial class ModelFamilies
{
    private static readonly RotaryDefaults GptOssRotary = new(150_000)
    {
        Scaling = """
            {"rope_type": "yarn", "rope_theta": 150000.0, "factor": 32.0, "original_max_position_embeddings": 4096, "beta_fast": 32.0, "beta_slow": 1.0,
            "truncate": false}
            """,
    };

    private static DecoderArchitecture ReadMixtral(ModelConfig config)
    {
        DecoderArchitecture mistral = AllSlide(ReadCommon(config, ropeTheta: 1_000_000), WindowOrNone(config, null));
        return WithExperts(mistral, Experts(config, "num_local_experts", 8, 2, mistral.IntermediateSize, renormalizes: true), _ => true);
    }

    private static DecoderArchitecture ReadQwen3Moe(ModelConfig config)
    {
        DecoderArchitecture qwen = AllSlide(ReadWithBias(config) with { QueryKeyNorm = QueryKeyNorm.PerHead }, WindowIfUsed(config));
        Func<int, bool> isSparse = SparseLayers(config);
        string count = CountField(config);
        if (config.GetInt32(count, 128) == 0) return qwen;
        return WithExperts(
            qwen, Experts(config, count, 128, 8, config.GetInt32("moe_intermediate_size", 768), config.GetBool("norm_topk_prob", false)), isSparse);
    }

    private static DecoderArchitecture ReadQwen2Moe(ModelConfig config)
    {
        DecoderArchitecture qwen = ReadCommon(config) with { QueryKeyValueBias = config.GetBool("qkv_bias", true) };
        // Later versions write 0 for no window.
        int? window = config.GetInt32OrNull("sliding_window") == 0 ? null : WindowIfUsed(config);
        int first = config.GetInt32("max_window_layers", 28);
        qwen = WithLayerTypes(qwen, config, window, i => i % 2 == 0 && i < first);
        ExpertArchitecture experts = Experts(
            config, CountField(config), 60, 4, config.GetInt32("moe_intermediate_size", 1408), config.GetBool("norm_topk_prob", false)) with
        {
            SharedSize = Positive(config, "shared_expert_intermediate_size", 5632), HasSharedGate = true,
        };
        return WithExperts(qwen, experts, SparseLayers(config));
    }

    private static DecoderArchitecture ReadOlmoe(ModelConfig config)
    {
        if (config.Has("clip_qkv")) throw config.Wrong("clip_qkv", "null: clamped queries, keys and values are not supported");
        DecoderArchitecture olmoe = ReadWithBias(config) with { QueryKeyNorm = QueryKeyNorm.WholeProjection };
        return WithExperts(
            olmoe, Experts(config, CountField(config), 64, 8, olmoe.IntermediateSize, config.GetBool("norm_topk_prob", false)), _ => true);
    }

    private static DecoderArchitecture ReadGptOss(ModelConfig config)
    {
        bool bias = config.GetBool("attention_bias", true);
        DecoderArchitecture common = ReadCommon(config, GptOssRotary, headDim: 64) with
        {
            QueryKeyValueBias = bias, AttentionOutputBias = bias, AttentionSinks = true,
        };
        common = WithLayerTypes(common, config, WindowOrNone(config, 128), i => i % 2 == 0);
        ExpertArchitecture experts = Experts(config, "num_local_experts", 128, 4, common.IntermediateSize, renormalizes: true) with
        {
            Router = RouterKind.SoftmaxOfChosen,
            RouterBias = true,
            Bias = true,
            Clamped = new ClampedSwiGlu(config.GetPositive("swiglu_limit", 7), config.GetPositive("swiglu_alpha", 1.702)),
        };
        return WithExperts(common, experts, _ => true);
    }

    private static DecoderArchitecture ReadGlm4Moe(ModelConfig config)
    {
        DecoderArchitecture common = ReadCommon(config, new RotaryDefaults { Part = 0.5 }, UsualHeadDim) with
        {
            QueryKeyValueBias = config.GetBool("attention_bias", false),
            QueryKeyNorm = config.GetBool("use_qk_norm", false) ? QueryKeyNorm.PerHead : QueryKeyNorm.None,
        };
        int size = Positive(config, "moe_intermediate_size", 1408), dense = config.GetInt32("first_k_dense_replace", 1);
        ExpertArchitecture experts = Experts(config, "n_routed_experts", 128, 8, size, config.GetBool("norm_topk_prob", true)) with
        {
            Router = RouterKind.Sigmoid,
            Groups = Positive(config, "n_group", 1),
            GroupsPerToken = Positive(config, "topk_group", 1),
            Scale = config.GetPositive("routed_scaling_factor", 1),
            SharedSize = size * config.GetInt32("n_shared_experts", 1),
        };
        CheckGroups(config, experts);
        return WithExperts(common, experts, i => i >= dense);
    }

    private static void CheckGroups(ModelConfig config, ExpertArchitecture experts)
    {
        int size = experts.Count / experts.Groups;
        if (experts.Count % experts.Groups != 0 || (experts.Groups > 1 && size < 2))
            throw config.Wrong("n_group", FormattableString.Invariant($"a divisor of n_routed_experts, which is {experts.Count}, that leaves two in a group"));
        if (experts.GroupsPerToken > experts.Groups)
            throw config.Wrong("topk_group", FormattableString.Invariant($"at most n_group, which is {experts.Groups}"));
        if (experts.PerToken > size * experts.GroupsPerToken)
            throw config.Wrong("num_experts_per_tok", FormattableString.Invariant(
                $"at most the experts of topk_group groups, which are {size * experts.GroupsPerToken}"));
    }

    /// <summary>Version 5 of transformers writes <c>num_local_experts</c> where earlier ones wrote <c>num_experts</c>.</summary>
    private static string CountField(ModelConfig config) =>
        config.Has("num_local_experts") && !config.Has("num_experts") ? "num_local_experts" : "num_experts";

    /// <summary>Those that are not listed as dense, of every so many.</summary>
    private static Func<int, bool> SparseLayers(ModelConfig config)
    {
        int step = config.GetInt32("decoder_sparse_step", 1);
        if (step < 1) throw config.Wrong("decoder_sparse_step", "at least 1");
        HashSet<int> dense = [.. config.GetInt32List("mlp_only_layers")]; // as many as there are layers
        return i => !dense.Contains(i) && (i + 1) % step == 0;
    }

    private static DecoderArchitecture WithExperts(DecoderArchitecture architecture, ExpertArchitecture experts, Func<int, bool> isSparse) =>
        architecture with { Layers = [.. architecture.Layers.Select((l, i) => isSparse(i) ? l with { Experts = experts } : l)] };

    private static ExpertArchitecture Experts(ModelConfig config, string countField, int count, int perToken, int intermediate, bool renormalizes)
    {
        count = config.GetInt32(countField, count);
        perToken = config.GetInt32("num_experts_per_tok", perToken);
        if (count < 1) throw config.Wrong(countField, "at least 1");
        if (perToken < 1 || perToken > count)
            throw config.Wrong("num_experts_per_tok", FormattableString.Invariant($"between 1 and {countField}, which is {count}"));
        return new ExpertArchitecture(count, perToken, intermediate, renormalizes);
    }
}
