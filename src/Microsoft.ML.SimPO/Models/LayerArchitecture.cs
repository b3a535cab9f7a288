using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Recurrent;

namespace Microsoft.ML.SimPO.Models;

/// <param name="Window">Key k is visible to query q iff q - Window &lt; k &lt;= q; null for all earlier keys.</param>
/// <param name="Rotary">Index into <see cref="DecoderArchitecture.Rotaries"/>; null for a layer without positions.</param>
/// <param name="Experts">The mixture of experts of the layer; null for one MLP.</param>
internal sealed record LayerArchitecture(int? Window, int? Rotary, ExpertArchitecture? Experts = null)
{
    /// <summary>The convolution in place of attention; null for none.</summary>
    public ShortConvolutionArchitecture? Convolution { get; init; }

    /// <summary>The delta rule in place of attention; null for none.</summary>
    public DeltaRuleArchitecture? DeltaRule { get; init; }

    /// <summary>The size of its heads where it is not that of the others; null for that.</summary>
    public int? HeadDim { get; init; }

    /// <summary>How many heads its keys have where it is not as many as the others'; null for that.</summary>
    public int? KeyValueHeadCount { get; init; }

    /// <summary>The inner size of its MLP where it is not that of the others; null for that.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>Values are the keys before their norm and positions.</summary>
    public bool KeysAreValues { get; init; }

    /// <summary>The earlier layer whose keys and values it reads in place of its own; null for its own.</summary>
    public int? KeysOf { get; init; }

    public bool HasAttention => Convolution is null && DeltaRule is null;

    /// <summary>Whether its attention is of the same sizes as that of the others, over keys and values of its own.</summary>
    public bool IsUsual => HasAttention && HeadDim is null && KeyValueHeadCount is null && IntermediateSize is null && !KeysAreValues && KeysOf is null;
}
