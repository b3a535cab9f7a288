using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The same projection of every expert, each with weights of its own.</summary>
internal interface IExpertProjection
{
    /// <param name="input">[n, in], the rows of the expert</param>
    /// <returns>[n, out]</returns>
    Tensor Forward(int expert, Tensor input);

    /// <summary>Adds to the gradients of the expert's weights and returns the gradient of <paramref name="input"/>, [n, in].</summary>
    Tensor Backward(int expert, Tensor gradient, Tensor input);
}
