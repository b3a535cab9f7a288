using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>
/// The activation whose two slopes are learned (Huang and Schlag 2024, arXiv 2411.13010): a x^2 + beta x above 0, else b (e^min(x, epsilon) - 1 - x) + beta x,
/// with a = softplus(alphaPositive) and b = beta + softplus(alphaNegative).
/// </summary>
internal sealed class XIelu(XIeluParameters parameters) : IMlpActivation
{
    public Tensor Forward(Tensor projected, Tensor? into = null)
    {
        using NewScope scope = new();
        into ??= scope.Keep(empty_like(projected));
        XIeluCoefficients c = XIeluCoefficients.Of(parameters);
        Tensor x = projected.to(float32);
        into.copy_(where(x > 0, x.square().mul_(c.Above), Bend(x, c).mul_(c.Below)).add_(x * c.Beta));
        return into;
    }

    public void BackwardInPlace(Tensor gradient, Tensor projected)
    {
        using DisposeScope scope = NewDisposeScope();
        XIeluCoefficients c = XIeluCoefficients.Of(parameters);
        Tensor x = projected.to(float32), g = gradient.to(float32), isAbove = x > 0;
        if (parameters.AlphaPositive.IsTrained)
        {
            AddSum(parameters.AlphaPositive, where(isAbove, x.square(), zeros_like(x)).mul_(g));
            AddSum(parameters.AlphaNegative, where(isAbove, zeros_like(x), Bend(x, c)).mul_(g));
        }
        Tensor slope = where(x < c.Epsilon, x.exp(), zeros_like(x)).sub_(1f).mul_(c.Below); // of what is below 0
        projected.copy_(where(isAbove, x * (2 * c.Above), slope).add_(c.Beta).mul_(g));
    }

    /// <summary>e^min(x, epsilon) - 1 - x</summary>
    private static Tensor Bend(Tensor x, XIeluCoefficients c) => x.clamp_max(c.Epsilon).expm1_().sub_(x);

    /// <summary>The derivative of softplus is the logistic function.</summary>
    private static void AddSum(Parameter alpha, Tensor derivatives) => alpha.Gradient.add_(alpha.Value.sigmoid().mul_(derivatives.sum()));
}
