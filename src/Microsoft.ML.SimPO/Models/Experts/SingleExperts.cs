using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>A matrix an expert, [out, in].</summary>
internal sealed class SingleExperts(IEnumerable<Parameter> weights) : IExpertProjection
{
    private readonly Linear[] _experts = [.. weights.Select(w => new Linear(w))];

    public Tensor Forward(int expert, Tensor input)
    {
        Tensor output = _experts[expert].Forward(input);
        _experts[expert].Weight.ExpertsUpdate?.AddTo(expert, output, input);
        return output;
    }

    public Tensor Backward(int expert, Tensor gradient, Tensor input)
    {
        Tensor result = _experts[expert].Backward(gradient, input);
        _experts[expert].Weight.ExpertsUpdate?.Backward(expert, gradient, input, result);
        return result;
    }
}
