using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// Sizes that no model has. A configuration that asks for them is damaged or made to exhaust memory, and is refused before anything is made of it.
/// </summary>
internal static class ConfigLimits
{
    private const int MostRows = 1 << 24, MostTensors = 1 << 18;

    private static readonly (string Field, int Most)[] Limits =
    [
        ("num_hidden_layers", 1 << 12), ("hidden_size", 1 << 20), ("intermediate_size", 1 << 22), ("moe_intermediate_size", 1 << 22), ("vocab_size", 1 << 24),
        ("num_attention_heads", 1 << 16), ("num_key_value_heads", 1 << 16), ("head_dim", 1 << 16), ("num_experts", 1 << 14), ("num_local_experts", 1 << 14),
        ("n_routed_experts", 1 << 14), ("n_shared_experts", 1 << 10), ("shared_expert_intermediate_size", 1 << 22),
    ];

    /// <exception cref="InvalidDataException">A size is above its limit.</exception>
    public static void Check(ModelConfig config)
    {
        foreach ((string field, int most) in Limits)
            if (config.GetInt32OrNull(field) > most) throw config.Wrong(field, FormattableString.Invariant($"at most {most}"));
    }

    /// <summary>Sizes that are possible each may be none together.</summary>
    /// <exception cref="InvalidDataException">The projections of a layer are above their limit, or all layers have more tensors than any model.</exception>
    public static void Check(ModelConfig config, DecoderArchitecture architecture)
    {
        long rows = (architecture.HeadCount + (2L * architecture.KeyValueHeadCount)) * architecture.HeadDim;
        if (rows > MostRows)
            throw config.Wrong("num_attention_heads", FormattableString.Invariant(
                $"such that all heads have at most {MostRows} dimensions together; with head_dim {architecture.HeadDim} they have {rows}"));
        long tensors = architecture.LeastTensors();
        if (tensors > MostTensors)
            throw config.Wrong("num_hidden_layers", FormattableString.Invariant(
                $"such that the layers have at most {MostTensors} tensors; with their experts they have {tensors}"));
    }
}
