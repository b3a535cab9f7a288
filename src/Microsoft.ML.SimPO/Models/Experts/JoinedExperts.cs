using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The matrices of all experts in one tensor: [experts, out, in], or [experts, in, out].</summary>
/// <param name="isInputFirst">Whether the inputs are the second dimension.</param>
/// <param name="bias">[experts, out]; null for none, or for one that is the caller's to add.</param>
internal sealed class JoinedExperts(Parameter weight, bool isInputFirst, Parameter? bias = null) : IExpertProjection
{
    public Tensor Forward(int expert, Tensor input)
    {
        using NewScope scope = new();
        Tensor own = Of(weight.Compute, expert);
        Tensor transposed = isInputFirst ? own : own.t(); // [in, out]
        Tensor output = MatrixProducts.Of(input, transposed, bias is null ? null : Of(bias.Compute, expert));
        weight.ExpertsUpdate?.AddTo(expert, output, input);
        return scope.Keep(output);
    }

    public Tensor Backward(int expert, Tensor gradient, Tensor input)
    {
        using NewScope scope = new();
        if (weight.IsTrained) Parameter.AddProduct(Of(weight.Gradient, expert), isInputFirst ? input : gradient, isInputFirst ? gradient : input);
        if (bias is { IsTrained: true }) Of(bias.Gradient, expert).add_(gradient.to(float32).sum([0L]));
        Tensor own = Of(weight.Compute, expert);
        Tensor result = MatrixProducts.Of(gradient, isInputFirst ? own.t() : own);
        weight.ExpertsUpdate?.Backward(expert, gradient, input, result);
        return scope.Keep(result);
    }

    private static Tensor Of(Tensor all, int expert) => all.select(0, expert);
}
