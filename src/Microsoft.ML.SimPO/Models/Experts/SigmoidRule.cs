using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// s = sigmoid(logit). A token chooses by s plus a correction: the groups whose best two have the largest sums, and the k largest within them. These weigh s,
/// divided by its sum over the k where the architecture renormalizes, times its scale.
/// </summary>
internal sealed class SigmoidRule(ExpertArchitecture architecture) : IRouterRule
{
    private const float Least = 1e-20f; // of a sum that is divided by

    public (Tensor Weights, Tensor Chosen) Choose(Tensor logits, Tensor? correction)
    {
        using NewScope scope = new();
        Tensor scores = logits.to(float32).sigmoid(); // [N, experts]
        Tensor chosen = topk(InBestGroups(correction is null ? scores : scores + correction), architecture.PerToken).indices;
        Tensor top = scores.gather(1, chosen); // [N, k]
        if (architecture.Renormalizes) top = top / (top.sum(-1, keepdim: true) + Least);
        return scope.Keep(((top * (float)architecture.Scale).to(logits.dtype), chosen));
    }

    public Tensor Backward(Tensor gradient, Tensor logits, Tensor chosen, Tensor? more)
    {
        using NewScope scope = new();
        Tensor scores = logits.to(float32).sigmoid(), top = scores.gather(1, chosen); // [N, experts], [N, k]
        gradient = gradient.to(float32) * (float)architecture.Scale;
        if (architecture.Renormalizes)
        {
            Tensor sum = top.sum(-1, keepdim: true) + Least;
            gradient = SoftmaxRule.OfShares(gradient, top, sum);
        }
        gradient = gradient * top * (1 - top); // [N, k], of the logits
        Tensor full = zeros_like(scores).scatter_(1, chosen, gradient); // [N, experts]
        if (more is not null) full.add_(SoftmaxRule.OfLogits(more.to(float32, copy: true), softmax(logits.to(float32), -1)));
        return scope.Keep(full.to(logits.dtype));
    }

    /// <summary>Minus infinity for experts of other groups.</summary>
    private Tensor InBestGroups(Tensor choice)
    {
        if (architecture.Groups == 1) return choice;
        Tensor groups = choice.view(choice.shape[0], architecture.Groups, -1); // [N, groups, experts of a group]
        Tensor best = topk(groups, 2).values.sum(-1); // [N, groups]
        Tensor kept = topk(best, architecture.GroupsPerToken).indices;
        Tensor mask = full_like(best, float.NegativeInfinity).scatter_(1, kept, zeros_like(kept, float32)).unsqueeze(-1); // [N, groups, 1]
        return (groups + mask).view(choice.shape);
    }
}
