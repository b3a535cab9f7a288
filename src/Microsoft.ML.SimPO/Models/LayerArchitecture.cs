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

    public bool HasAttention => Convolution is null && DeltaRule is null;
}
