using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>y = x / sqrt(mean(x^2) + epsilon) * w over the last dimension; w + 1 in place of w for families that store the distance from 1.</summary>
/// <param name="weight">Null for a norm that multiplies by nothing.</param>
internal sealed class RmsNorm(Parameter? weight, double epsilon, bool addsOne) : INorm
{
    public Parameter? Weight => weight;

    public Parameter? Bias => null;

    /// <param name="input">[N, D]</param>
    /// <param name="into">[N, D] without values, that becomes the output; null for new memory.</param>
    /// <returns>[N, D], and 1 / rms of every row, [N, 1].</returns>
    public (Tensor Output, Tensor Statistics) Forward(Tensor input, Tensor? into = null)
    {
        using NewScope scope = new();
        into ??= scope.Keep(empty_like(input));
        return (into, scope.Keep(FusedOperations.RmsNorm(input, Factor(input), into, epsilon)));
    }

    public Tensor Backward(Tensor gradient, Tensor input, Tensor statistics)
    {
        using NewScope scope = new();
        if (weight is not { IsTrained: true })
            return scope.Keep(FusedOperations.RmsNormBackwardInput(gradient, input, statistics, Factor(input)));
        (Tensor inputGradient, Tensor weightGradient) = FusedOperations.RmsNormBackward(gradient, input, statistics, Factor(input));
        weight.Gradient.add_(weightGradient);
        return scope.Keep(inputGradient);
    }

    private Tensor Factor(Tensor like) => weight is null ? ones(like.shape[^1], float32, like.device) : addsOne ? weight.Compute + 1 : weight.Compute;
}
