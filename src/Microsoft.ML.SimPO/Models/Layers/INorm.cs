using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>A norm over the last dimension of rows.</summary>
internal interface INorm
{
    /// <summary>[D]; null where the norm has none.</summary>
    Parameter? Weight { get; }

    /// <summary>[D]; null where the norm has none.</summary>
    Parameter? Bias { get; }

    /// <param name="input">[N, D]</param>
    /// <param name="into">[N, D] without values, that becomes the output; null for new memory.</param>
    /// <returns>[N, D], and of every row what <see cref="Backward"/> wants again.</returns>
    (Tensor Output, Tensor Statistics) Forward(Tensor input, Tensor? into = null);

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    Tensor Backward(Tensor gradient, Tensor input, Tensor statistics);
}
