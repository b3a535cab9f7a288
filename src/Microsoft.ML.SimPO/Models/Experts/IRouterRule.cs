using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>What a <see cref="RouterKind"/> computes.</summary>
internal interface IRouterRule
{
    /// <param name="logits">[N, experts]</param>
    /// <param name="correction">[experts], what is added for the choice alone; null for nothing.</param>
    /// <returns>[N, k], and [N, k] int64, in the caller's scope</returns>
    (Tensor Weights, Tensor Chosen) Choose(Tensor logits, Tensor? correction);

    /// <summary>The gradient of the logits. None flows through the choice.</summary>
    /// <param name="gradient">[N, k], of the weights</param>
    /// <param name="more">[N, experts], of the softmax over all experts, what else moves with it; null for nothing</param>
    /// <returns>[N, experts], in the caller's scope</returns>
    Tensor Backward(Tensor gradient, Tensor logits, Tensor chosen, Tensor? more);
}
