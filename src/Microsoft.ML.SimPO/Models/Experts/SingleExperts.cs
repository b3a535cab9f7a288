using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>A matrix an expert, [out, in].</summary>
internal sealed class SingleExperts(IEnumerable<Parameter> weights) : IExpertProjection
{
    private readonly Linear[] _experts = [.. weights.Select(w => new Linear(w))];

    public Tensor Forward(int expert, Tensor input) => _experts[expert].Forward(input);

    public Tensor Backward(int expert, Tensor gradient, Tensor input) => _experts[expert].Backward(gradient, input);
}
