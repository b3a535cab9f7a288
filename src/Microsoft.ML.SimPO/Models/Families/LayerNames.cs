namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>What a family calls the tensors of layer i in a checkpoint, after <c>model.layers.i.</c> and without <c>.weight</c>.</summary>
internal sealed record LayerNames
{
    /// <summary>The norm before attention.</summary>
    public string InputNorm { get; init; } = "input_layernorm";

    /// <summary>Query, key and value, or one name for all of them.</summary>
    public IReadOnlyList<string> QueryKeyValue { get; init; } = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    public string QueryNorm { get; init; } = "self_attn.q_norm";

    public string KeyNorm { get; init; } = "self_attn.k_norm";

    public string AttentionOutput { get; init; } = "self_attn.o_proj";

    /// <summary>The norm after attention, before the residual addition.</summary>
    public string AttentionOutputNorm { get; init; } = "post_attention_layernorm";

    /// <summary>The norm before the MLP.</summary>
    public string MlpNorm { get; init; } = "post_attention_layernorm";

    /// <summary>Gate and up, or one name for both.</summary>
    public IReadOnlyList<string> GateUp { get; init; } = ["mlp.gate_proj", "mlp.up_proj"];

    public string Down { get; init; } = "mlp.down_proj";

    /// <summary>The norm after the MLP, before the residual addition.</summary>
    public string MlpOutputNorm { get; init; } = "post_feedforward_layernorm";

    /// <summary>What rates the experts, where a layer has them.</summary>
    public string Router { get; init; } = "mlp.gate";

    /// <summary>What the numbers of the experts follow: <c>mlp.experts.3.down_proj</c>.</summary>
    public string Experts { get; init; } = "mlp.experts";

    /// <summary>Gate and up of an expert.</summary>
    public IReadOnlyList<string> ExpertGateUp { get; init; } = ["gate_proj", "up_proj"];

    public string ExpertDown { get; init; } = "down_proj";
}
