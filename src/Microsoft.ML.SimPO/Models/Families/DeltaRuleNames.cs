namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>What a family calls the tensors of a delta rule, as <see cref="LayerNames"/>.</summary>
internal sealed record DeltaRuleNames
{
    /// <summary>Of queries, keys and values; of the output's gate; of what is written; of what is forgotten.</summary>
    public IReadOnlyList<string> Inputs { get; init; } =
        ["linear_attn.in_proj_qkv", "linear_attn.in_proj_z", "linear_attn.in_proj_b", "linear_attn.in_proj_a"];

    public string Kernel { get; init; } = "linear_attn.conv1d";

    /// <summary>By its full name, which has no <c>.weight</c>.</summary>
    public string LogDecay { get; init; } = "linear_attn.A_log";

    /// <summary>By its full name, which has no <c>.weight</c>.</summary>
    public string DecayBias { get; init; } = "linear_attn.dt_bias";

    public string Norm { get; init; } = "linear_attn.norm";

    public string Output { get; init; } = "linear_attn.out_proj";
}
