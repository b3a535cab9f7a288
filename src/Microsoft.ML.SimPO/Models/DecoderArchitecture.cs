using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models;

/// <summary>How a decoder computes: what a family's row in <see cref="ModelFamilies"/> reads from <c>config.json</c>.</summary>
internal sealed record DecoderArchitecture
{
    public required string ModelType { get; init; }

    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int HeadCount { get; init; }

    public required int KeyValueHeadCount { get; init; }

    public required int HeadDim { get; init; }

    public required int MaxPositions { get; init; }

    public required double NormEpsilon { get; init; }

    /// <summary>One entry a layer.</summary>
    public required IReadOnlyList<LayerArchitecture> Layers { get; init; }

    /// <summary>The rotary embeddings that layers refer to by index.</summary>
    public required IReadOnlyList<RotaryArchitecture> Rotaries { get; init; }

    /// <summary>The row of the embedding that Hugging Face gives no gradient from look-ups; null for none.</summary>
    public int? PaddingToken { get; init; }

    /// <summary>The head is the embedding matrix.</summary>
    public bool TiedHead { get; init; }

    /// <summary>The head that rates texts in the place of one that predicts tokens; null for a language model.</summary>
    public RewardHead? RewardHead { get; init; }

    /// <summary>Norm weights are stored as their distance from 1.</summary>
    public bool NormAddsOne { get; init; }

    /// <summary>A norm before attention and before the MLP.</summary>
    public bool InputNorms { get; init; } = true;

    /// <summary>A norm after attention and after the MLP, before the residual addition.</summary>
    public bool OutputNorms { get; init; }

    public QueryKeyNorm QueryKeyNorm { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool AttentionOutputBias { get; init; }

    public bool MlpBias { get; init; }

    public Activation Activation { get; init; }

    /// <summary>The factor of the attention scores, usually 1 / sqrt(headDim).</summary>
    public required double AttentionScale { get; init; }

    /// <summary>cap * tanh(score / cap), after the scale and before the mask; null for none.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>cap * tanh(logit / cap); null for none.</summary>
    public double? LogitsSoftCap { get; init; }

    /// <summary>What logits are divided by.</summary>
    public double LogitsScaling { get; init; } = 1;

    public double EmbeddingScale { get; init; } = 1;

    /// <summary>The factor of both branches before the residual addition.</summary>
    public double ResidualMultiplier { get; init; } = 1;

    /// <summary>The least number of tensors that a checkpoint needs: weights of attention and MLP, without norms and biases.</summary>
    public long LeastTensors => 1 + Layers.Sum(layer => layer.Experts is { } experts ? 3 + (2L * experts.Count) : 4);

    /// <summary>Rows of the head: one a token of the vocabulary, or the one that rates.</summary>
    public int HeadSize => RewardHead is null ? VocabularySize : 1;

    /// <summary>Whether any layer routes its tokens to experts.</summary>
    public bool HasExperts => Layers.Any(l => l.Experts is not null);

    public int QuerySize => HeadCount * HeadDim;

    public int KeyValueSize => KeyValueHeadCount * HeadDim;

    /// <summary>Whether any rotary embedding depends on the length of the sequence, so that a shared prefix may differ between two answers.</summary>
    public bool RotaryDependsOnLength => Rotaries.Any(r => r.DependsOnLength);

    /// <summary>The same layers below a head that rates texts, which knows none of what is done to logits.</summary>
    public DecoderArchitecture WithRewardHead(RewardHead head) =>
        this with { RewardHead = head, TiedHead = false, LogitsScaling = 1, LogitsSoftCap = null };
}
