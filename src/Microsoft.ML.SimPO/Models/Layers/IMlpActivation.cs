using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>What an MLP does between its projections.</summary>
internal interface IMlpActivation
{
    /// <param name="projected">[N, inner width], or [N, 2 * inner width] where it has a gate</param>
    /// <param name="into">[N, inner width] without values, that becomes the result; null for new memory.</param>
    /// <returns>[N, inner width]</returns>
    Tensor Forward(Tensor projected, Tensor? into = null);

    /// <summary>Turns what <see cref="Forward"/> was given into its gradient.</summary>
    /// <param name="gradient">[N, inner width]</param>
    void BackwardInPlace(Tensor gradient, Tensor projected);
}
