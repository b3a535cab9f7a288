using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.PerLayer;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>The reader of Gemma 4, whose layers differ in more than a window.</summary>
internal static partial class ModelFamilies
{
    private static readonly RotaryDefaults Gemma4Rotary = new(1_000_000)
    {
        Scaling = """{"rope_type": "proportional", "rope_theta": 1000000.0, "partial_rotary_factor": 0.25}""",
    };

    private static DecoderArchitecture ReadGemma4(ModelConfig config)
    {
        const string bothWays = "use_bidirectional_attention";
        if (config.Find(bothWays) is { } ways && ways.ValueKind != JsonValueKind.False
            && !(ways.ValueKind == JsonValueKind.String && ways.ValueEquals("vision")))
            throw config.Wrong(bothWays, "null, false or \"vision\": texts are read from left to right");
        bool bias = config.GetBool("attention_bias", false);
        DecoderArchitecture common = ReadCommon(
            config, Gemma4Rotary, headDim: 256, activation: ActivationOf(config, "hidden_activation", "gelu_pytorch_tanh"));
        int last = common.Layers.Count - 1;
        common = WithLayerTypes(common, config, Window(config, 512), i => (i + 1) % 6 != 0 && i != last) with
        {
            TiedHead = IsTied(config, absent: true),
            EmbeddingScale = (float)Math.Sqrt(common.HiddenSize),
            OutputNorms = true,
            AttentionScale = 1,
            QueryKeyNorm = QueryKeyNorm.PerHead,
            ValueNorm = true,
            LayerScalar = true,
            QueryKeyValueBias = bias,
            AttentionOutputBias = bias,
            LogitsSoftCap = SoftCap(config, "final_logit_softcapping", null),
            PerLayerInput = PerLayerInputOf(config, common.Layers.Count),
        };
        common = WithSharedKeys(WithGeometry(common, config), config);
        return config.GetBool("enable_moe_block", false) ? WithExperts(common, Gemma4Experts(config), _ => true) : common;
    }

    private static PerLayerInputArchitecture? PerLayerInputOf(ModelConfig config, int layers)
    {
        int size = config.GetInt32("hidden_size_per_layer_input", 256);
        if (size < 0) throw config.Wrong("hidden_size_per_layer_input", "at least 0");
        return size == 0 ? null : new PerLayerInputArchitecture(size, layers, Positive(config, "vocab_size_per_layer_input", 262_144));
    }

    /// <summary>Layers that see everything have heads of their own, and rotary embeddings for them.</summary>
    private static DecoderArchitecture WithGeometry(DecoderArchitecture common, ModelConfig config)
    {
        ModelConfig? each = config.GetOrNull("per_layer_config");
        Dictionary<int, ModelConfig> own = each?.FieldNames.ToDictionary(
            name => int.TryParse(name, CultureInfo.InvariantCulture, out int i) && i >= 0 && i < common.Layers.Count
                ? i : throw config.Wrong("per_layer_config", "an object whose names are the numbers of layers"),
            each.Get) ?? [];
        bool keysAreValues = config.GetBool("attention_k_eq_v", false);
        List<(bool IsFull, int Size)> kinds = [];
        LayerArchitecture Of(LayerArchitecture layer, int i)
        {
            bool isFull = layer.Window is null;
            own.TryGetValue(i, out ModelConfig? stated);
            int size = stated?.GetInt32OrNull("head_dim") ?? (isFull && each is null ? Positive(config, "global_head_dim", 512) : common.HeadDim);
            int keys = stated?.GetInt32OrNull("num_key_value_heads")
                ?? (isFull && keysAreValues ? Positive(config, "num_global_key_value_heads", common.KeyValueHeadCount) : common.KeyValueHeadCount);
            if (size < 1 || keys < 1 || common.HeadCount % keys != 0)
                throw config.Wrong("per_layer_config", "such that heads have a size, and keys a divisor of num_attention_heads");
            if (!kinds.Contains((isFull, size))) kinds.Add((isFull, size));
            return layer with { HeadDim = size, KeyValueHeadCount = keys, KeysAreValues = isFull && keysAreValues, Rotary = kinds.IndexOf((isFull, size)) };
        }
        LayerArchitecture[] layers = [.. common.Layers.Select(Of)];
        RotaryArchitecture RotaryOf((bool IsFull, int Size) kind) => kind.IsFull
            ? RotaryReader.Read(config, kind.Size, Gemma4Rotary) : RotaryReader.ReadSliding(config, kind.Size, new RotaryDefaults());
        return common with { Layers = layers, Rotaries = [.. kinds.Select(RotaryOf)] };
    }

    /// <summary>The last layers read the keys and values of the last layer of their kind before them, and may have wider MLPs.</summary>
    private static DecoderArchitecture WithSharedKeys(DecoderArchitecture common, ModelConfig config)
    {
        int own = common.Layers.Count - config.GetInt32("num_kv_shared_layers", 0);
        bool isWide = config.GetBool("use_double_wide_mlp", false);
        LayerArchitecture Of(LayerArchitecture layer, int i)
        {
            if (i < own) return layer;
            int source = Enumerable.Range(0, Math.Max(own, 0)).LastOrDefault(j => (common.Layers[j].Window is null) == (layer.Window is null), -1);
            if (source < 0) throw config.Wrong("num_kv_shared_layers", "such that a layer of each kind has keys and values of its own");
            return layer with { KeysOf = source, KeysAreValues = false, IntermediateSize = isWide ? 2 * common.IntermediateSize : null };
        }
        return common with { Layers = [.. common.Layers.Select(Of)] };
    }

    private static ExpertArchitecture Gemma4Experts(ModelConfig config)
    {
        int count = Positive(config, "num_experts", 128), perToken = Positive(config, "top_k_experts", 8);
        if (perToken > count) throw config.Wrong("top_k_experts", FormattableString.Invariant($"between 1 and num_experts, which is {count}"));
        return new ExpertArchitecture(count, perToken, Positive(config, "moe_intermediate_size", 704), Renormalizes: true) { BesideMlp = true };
    }
}
