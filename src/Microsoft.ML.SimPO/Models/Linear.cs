using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>y = x W^T + b on rows [N, in] to [N, out].</summary>
internal sealed class Linear(Parameter weight, Parameter? bias = null)
{
    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public IEnumerable<Parameter> Parameters => bias is null ? [weight] : [weight, bias];

    public Tensor Forward(Tensor input)
    {
        using Tensor transposed = weight.Compute.t();
        return bias is null ? mm(input, transposed) : addmm(bias.Compute, input, transposed, beta: 1, alpha: 1);
    }

    /// <summary>Adds to the gradients of weight and bias and returns the gradient of <paramref name="input"/>, [N, in].</summary>
    public Tensor Backward(Tensor gradient, Tensor input)
    {
        Accumulate(gradient, input);
        return mm(gradient, weight.Compute);
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
