using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>p = softmax over all experts; the k of largest p weigh p, divided by the sum of the k where the architecture renormalizes.</summary>
internal sealed class SoftmaxRule(ExpertArchitecture architecture) : IRouterRule
{
    public (Tensor Weights, Tensor Chosen) Choose(Tensor logits, Tensor? correction)
    {
        using NewScope scope = new();
        (Tensor top, Tensor chosen) = topk(softmax(logits, -1), architecture.PerToken);
        return scope.Keep((architecture.Renormalizes ? top / top.sum(-1, keepdim: true) : top, chosen)); // [N, k]
    }

    public Tensor Backward(Tensor gradient, Tensor logits, Tensor chosen, Tensor? more)
    {
        using NewScope scope = new();
        Tensor probabilities = softmax(logits, -1); // [N, experts]
        if (architecture.Renormalizes)
        {
            Tensor top = probabilities.gather(1, chosen), sum = top.sum(-1, keepdim: true);
            gradient = OfShares(gradient, top, sum);
        }
        Tensor full = zeros_like(probabilities).scatter_(1, chosen, gradient); // [N, experts], of the probabilities
        if (more is not null) full.add_(more.to(full.dtype));
        return scope.Keep(OfLogits(full, probabilities));
    }

    /// <summary>The gradient of values that were divided by their sum.</summary>
    public static Tensor OfShares(Tensor gradient, Tensor values, Tensor sum) => (gradient - (gradient * values).sum(-1, keepdim: true) / sum) / sum;

    /// <summary>The gradient of a softmax's logits.</summary>
    /// <param name="gradient">Of the probabilities; it is changed.</param>
    public static Tensor OfLogits(Tensor gradient, Tensor probabilities)
    {
        using NewScope scope = new();
        Tensor weighted = gradient.mul_(probabilities);
        return scope.Keep(weighted - (probabilities * weighted.sum(-1, keepdim: true)));
    }
}
