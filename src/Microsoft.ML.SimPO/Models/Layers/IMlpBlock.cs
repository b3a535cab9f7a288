using Microsoft.ML.SimPO.Models.Experts;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>The branch of a layer behind attention, from the residual stream to what is added to it.</summary>
internal interface IMlpBlock
{
    /// <param name="input">[N, hidden]</param>
    /// <param name="keep">Takes what <see cref="Backward"/> needs; null where none will follow.</param>
    /// <param name="routed">Takes how rows were routed, where the block has experts; null where nobody balances them.</param>
    /// <returns>[N, hidden]</returns>
    Tensor Forward(Tensor input, LayerActivations? keep, RoutedRows? routed = null);

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept, RoutedRows? routed = null);
}
