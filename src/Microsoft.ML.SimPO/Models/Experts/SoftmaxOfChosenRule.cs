using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The k experts of largest logits weigh the softmax over these k.</summary>
internal sealed class SoftmaxOfChosenRule(ExpertArchitecture architecture) : IRouterRule
{
    public (Tensor Weights, Tensor Chosen) Choose(Tensor logits, Tensor? correction)
    {
        using NewScope scope = new();
        (Tensor top, Tensor chosen) = topk(logits, architecture.PerToken);
        return scope.Keep((softmax(top, -1), chosen)); // [N, k]
    }

    public Tensor Backward(Tensor gradient, Tensor logits, Tensor chosen, Tensor? more)
    {
        using NewScope scope = new();
        Tensor weights = softmax(logits.gather(1, chosen), -1); // [N, k]
        Tensor full = zeros_like(logits).scatter_(1, chosen, SoftmaxRule.OfLogits(gradient.clone(), weights)); // [N, experts]
        return scope.Keep(more is null ? full : full.add_(SoftmaxRule.OfLogits(more.to(full.dtype, copy: true), softmax(logits, -1))));
    }
}
