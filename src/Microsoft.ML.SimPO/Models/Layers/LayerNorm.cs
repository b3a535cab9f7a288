using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>y = (x - mean(x)) / sqrt(variance(x) + epsilon) * w + b over the last dimension.</summary>
/// <param name="bias">Null for none.</param>
internal sealed class LayerNorm(Parameter weight, Parameter? bias, double epsilon) : INorm
{
    public Parameter? Weight => weight;

    public Parameter? Bias => bias;

    /// <param name="input">[N, D]</param>
    /// <param name="into">[N, D] without values, that becomes the output; null for new memory.</param>
    /// <returns>[N, D], and mean and 1 / deviation of every row, [N, 2].</returns>
    public (Tensor Output, Tensor Statistics) Forward(Tensor input, Tensor? into = null)
    {
        using NewScope scope = new();
        into ??= scope.Keep(empty_like(input));
        return (into, scope.Keep(FusedOperations.LayerNorm(input, weight.Compute, bias?.Compute, into, epsilon)));
    }

    public Tensor Backward(Tensor gradient, Tensor input, Tensor statistics)
    {
        using NewScope scope = new();
        (Tensor inputGradient, Tensor weightGradient) = FusedOperations.LayerNormBackward(gradient, input, statistics, weight.Compute);
        if (weight.IsTrained) weight.Gradient.add_(weightGradient);
        if (bias is { IsTrained: true }) bias.Gradient.add_(gradient.to(float32).sum([0L]));
        return scope.Keep(inputGradient);
    }
}
