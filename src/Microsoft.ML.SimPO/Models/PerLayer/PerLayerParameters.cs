using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.PerLayer;

/// <summary>The weights of what a layer does with its own inputs.</summary>
/// <param name="Gate">[size, hidden]</param>
/// <param name="Projection">[hidden, size]</param>
/// <param name="Norm">Of what is added.</param>
internal sealed record PerLayerParameters(Parameter Gate, Parameter Projection, NormParameters Norm)
{
    public IEnumerable<Parameter> All => [Gate, Projection, .. Norm.All];
}
