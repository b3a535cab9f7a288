using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
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

    public NormKind NormKind { get; init; }

    /// <summary>Embeddings are normed, without weights, before the first layer.</summary>
    public bool EmbeddingNorm { get; init; }

    /// <summary>Attention and MLP both read the layer's input behind its one norm, and both are added to it.</summary>
    public bool ParallelBranches { get; init; }

    /// <summary>A norm before attention and before the MLP.</summary>
    public bool InputNorms { get; init; } = true;

    /// <summary>A norm after attention and after the MLP, before the residual addition.</summary>
    public bool OutputNorms { get; init; }

    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>Queries and keys are normed behind the rotary embedding, not before it.</summary>
    public bool QueryKeyNormAfterRotary { get; init; }

    /// <summary>Each head has one more logit that no value belongs to.</summary>
    public bool AttentionSinks { get; init; }

    /// <summary>Attention is multiplied by the logistic function of gates that are projected with the queries.</summary>
    public bool OutputGate { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool AttentionOutputBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>The head has a bias.</summary>
    public bool HeadBias { get; init; }

    /// <summary>The MLP multiplies by a gate.</summary>
    public bool GatedMlp { get; init; } = true;

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
    /// <param name="layout">How it holds experts.</param>
    public long LeastTensors(ExpertLayout layout = ExpertLayout.Single) =>
        1 + Layers.Sum(layer => layer.Experts is { } experts && layout == ExpertLayout.Single ? 3 + (2L * experts.Count) : 4);

    /// <summary>Rows of the head: one a token of the vocabulary, or the one that rates.</summary>
    public int HeadSize => RewardHead is null ? VocabularySize : 1;

    /// <summary>Whether any layer routes its tokens to experts.</summary>
    public bool HasExperts => Layers.Any(l => l.Experts is not null);

    /// <summary>What the first projection of the MLP gives: gate and up, or up alone.</summary>
    public int ProjectedSize => GatedMlp ? 2 * IntermediateSize : IntermediateSize;

    public int QuerySize => HeadCount * HeadDim;

    public int KeyValueSize => KeyValueHeadCount * HeadDim;

    /// <summary>Whether any rotary embedding depends on the length of the sequence, so that a shared prefix may differ between two answers.</summary>
    public bool RotaryDependsOnLength => Rotaries.Any(r => r.DependsOnLength);

    /// <summary>The weights of a norm of this architecture.</summary>
    /// <param name="name">What the checkpoint calls it.</param>
    public NormParameters NormOf(string name, long size)
    {
        Parameter Of(string part) => new(ParameterKind.Norm, ($"{name}.{part}", [size]));
        return new(size, NormKind == NormKind.Weightless ? null : Of("weight"), NormKind == NormKind.LayerWithBias ? Of("bias") : null);
    }

    /// <summary>The norm with these weights.</summary>
    public INorm Norm(NormParameters weights) => NormKind is NormKind.Layer or NormKind.LayerWithBias
        ? new LayerNorm(weights.Weight!, weights.Bias, NormEpsilon)
        : new RmsNorm(weights.Weight, NormEpsilon, NormAddsOne);

    /// <summary>The same layers below a head that rates texts, which knows none of what is done to logits.</summary>
    public DecoderArchitecture WithRewardHead(RewardHead head) =>
        this with { RewardHead = head, TiedHead = false, HeadBias = false, LogitsScaling = 1, LogitsSoftCap = null };
}
