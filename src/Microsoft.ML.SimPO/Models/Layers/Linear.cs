using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>y = x W^T + b on rows [N, in] to [N, out], and what an adapter adds to it.</summary>
internal sealed class Linear(Parameter weight, Parameter? bias = null)
{
    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public long Outputs => weight.Shape[0];

    public IEnumerable<Parameter> Parameters => bias is null ? [weight] : [weight, bias];

    /// <param name="into">[N, out] without values, that becomes the output; null for new memory.</param>
    public Tensor Forward(Tensor input, Tensor? into = null)
    {
        if (weight.Update is { HasMagnitudes: true } update) return ForwardWithMagnitudes(update, input, into);
        using Tensor transposed = weight.Compute.t();
        Tensor output = into is not null ? Fill(into, input, transposed)
            : MatrixProducts.Of(input, transposed, bias?.Compute);
        weight.Update?.AddTo(output, input);
        return output;
    }

    /// <summary>Adds to the gradients of weight and bias and returns the gradient of <paramref name="input"/>, [N, in].</summary>
    /// <param name="into">[N, in] without values, that becomes the result; null for new memory.</param>
    public Tensor Backward(Tensor gradient, Tensor input, Tensor? into = null)
    {
        Accumulate(gradient, input);
        using Tensor? scaled = weight.Update is { HasMagnitudes: true } update ? update.MagnitudesBackward(gradient, input) : null;
        if (scaled is not null) gradient = scaled;
        Tensor result = Product(gradient, weight.Compute, into);
        weight.Update?.Backward(gradient, input, result);
        return result;
    }

    /// <summary>Lengths scale what the weights give, not the bias.</summary>
    private Tensor ForwardWithMagnitudes(Adapters.LowRankUpdate update, Tensor input, Tensor? into)
    {
        using Tensor transposed = weight.Compute.t();
        Tensor output = Product(input, transposed, into);
        update.AddTo(output, input);
        return bias is null ? output : output.add_(bias.Compute);
    }

    private Tensor Fill(Tensor into, Tensor input, Tensor transposed)
    {
        if (bias is null) return MatrixProducts.Into(into, input, transposed);
        return MatrixProducts.Add(into.copy_(bias.Compute), input, transposed);
    }

    private static Tensor Product(Tensor a, Tensor b, Tensor? into) => into is null ? MatrixProducts.Of(a, b) : MatrixProducts.Into(into, a, b);

    private void Accumulate(Tensor gradient, Tensor input)
    {
        if (weight.IsTrained) weight.AddProduct(gradient, input);
        if (bias is { IsTrained: true })
        {
            using Tensor sum = gradient.sum([0L]);
            bias.AddRows(sum);
        }
    }
}
