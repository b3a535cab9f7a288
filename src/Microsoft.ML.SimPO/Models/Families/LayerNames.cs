using Microsoft.ML.SimPO.Models.Experts;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// What a family calls the tensors of layer i in a checkpoint, after <c>model.layers.i.</c> and without <c>.weight</c>; and those of what is around the layers.
/// </summary>
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

    /// <summary>Gate and up, or one name for both, or for up alone where there is no gate.</summary>
    public IReadOnlyList<string> GateUp { get; init; } = ["mlp.gate_proj", "mlp.up_proj"];

    public string Down { get; init; } = "mlp.down_proj";

    /// <summary>The norm after the MLP, before the residual addition.</summary>
    public string MlpOutputNorm { get; init; } = "post_feedforward_layernorm";

    /// <summary>What the numbers of an activation follow, where it has some.</summary>
    public string Activation { get; init; } = "mlp.act_fn";

    /// <summary>What comes before the names of the embedding, of the layers and of the norm behind them.</summary>
    public string Prefix { get; init; } = "model.";

    public string Embedding { get; init; } = "embed_tokens";

    /// <summary>The norm behind the last layer.</summary>
    public string FinalNorm { get; init; } = "norm";

    /// <summary>The head, by its full name.</summary>
    public string Head { get; init; } = "lm_head";

    /// <summary>What rates the experts, where a layer has them.</summary>
    public string Router { get; init; } = "mlp.gate";

    /// <summary>What the numbers of the experts follow: <c>mlp.experts.3.down_proj</c>.</summary>
    public string Experts { get; init; } = "mlp.experts";

    /// <summary>Gate and up of an expert.</summary>
    public IReadOnlyList<string> ExpertGateUp { get; init; } = ["gate_proj", "up_proj"];

    public string ExpertDown { get; init; } = "down_proj";

    public ExpertLayout ExpertLayout { get; init; }

    /// <summary>The expert that computes every token, where there is one.</summary>
    public string SharedExpert { get; init; } = "mlp.shared_expert";

    /// <summary>What weighs it.</summary>
    public string SharedExpertGate { get; init; } = "mlp.shared_expert_gate";

    /// <summary>Of layers with a short convolution.</summary>
    public ShortConvolutionNames Convolution { get; init; } = new();

    /// <summary>Of layers with the delta rule.</summary>
    public DeltaRuleNames DeltaRule { get; init; } = new();

    /// <summary>One more logit of each head that no value belongs to, where there is one.</summary>
    public string Sinks { get; init; } = "self_attn.sinks";
}
