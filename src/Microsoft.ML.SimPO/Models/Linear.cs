using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>y = x W^T + b on rows [N, in] to [N, out], and what an adapter adds to it.</summary>
internal sealed class Linear(Parameter weight, Parameter? bias = null)
{
    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public IEnumerable<Parameter> Parameters => bias is null ? [weight] : [weight, bias];

    public Tensor Forward(Tensor input)
    {
        using Tensor transposed = weight.Compute.t();
        Tensor output = bias is null ? mm(input, transposed) : addmm(bias.Compute, input, transposed, beta: 1, alpha: 1);
        weight.Update?.AddTo(output, input);
        return output;
    }

    /// <summary>Adds to the gradients of weight and bias and returns the gradient of <paramref name="input"/>, [N, in].</summary>
    public Tensor Backward(Tensor gradient, Tensor input)
    {
        Accumulate(gradient, input);
        Tensor result = mm(gradient, weight.Compute);
        weight.Update?.Backward(gradient, input, result);
        return result;
    }

    private void Accumulate(Tensor gradient, Tensor input)
    {
        if (weight.IsTrained) weight.AddProduct(gradient, input);
        if (bias is { IsTrained: true })
        {
            using Tensor sum = gradient.sum([0L]);
            bias.Gradient.add_(sum);
        }
    }
}
