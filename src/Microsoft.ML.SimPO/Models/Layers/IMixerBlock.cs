using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>The branch of a layer in which tokens see earlier ones, from the residual stream to what is added to it.</summary>
internal interface IMixerBlock
{
    /// <param name="input">[N, hidden]</param>
    /// <param name="keep">Takes what <see cref="Backward"/> needs; null where none will follow.</param>
    /// <returns>[N, hidden]</returns>
    Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep);

    /// <summary>What <see cref="Forward"/> returned, again.</summary>
    /// <returns>[N, hidden]</returns>
    Tensor Output(LayerActivations kept);

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass, LayerActivations kept);
}
