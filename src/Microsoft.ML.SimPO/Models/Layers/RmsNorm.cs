using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>y = x / sqrt(mean(x^2) + epsilon) * w over the last dimension; w + 1 in place of w for families that store the distance from 1.</summary>
internal sealed class RmsNorm(Parameter weight, double epsilon, bool addsOne)
{
    public Parameter Weight => weight;

    /// <param name="input">[N, D]</param>
    /// <param name="into">[N, D] without values, that becomes the output; null for new memory.</param>
    /// <returns>[N, D], and 1 / rms of every row, [N, 1], which <see cref="Backward"/> wants again.</returns>
    public (Tensor Output, Tensor ReciprocalRms) Forward(Tensor input, Tensor? into = null)
    {
        using NewScope scope = new();
        into ??= scope.Keep(empty_like(input));
        return (into, scope.Keep(FusedOperations.RmsNorm(input, Factor(), into, epsilon)));
    }

    /// <summary>Adds to the weight's gradient and returns the gradient of <paramref name="input"/>.</summary>
    public Tensor Backward(Tensor gradient, Tensor input, Tensor reciprocalRms)
    {
        using NewScope scope = new();
        if (!weight.IsTrained) return scope.Keep(FusedOperations.RmsNormBackwardInput(gradient, input, reciprocalRms, Factor()));
        (Tensor inputGradient, Tensor weightGradient) = FusedOperations.RmsNormBackward(gradient, input, reciprocalRms, Factor());
        weight.Gradient.add_(weightGradient);
        return scope.Keep(inputGradient);
    }

    private Tensor Factor() => addsOne ? weight.Compute + 1 : weight.Compute;
}
