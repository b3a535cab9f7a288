using Microsoft.ML.SimPO.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>What rows see of each other: of one batch, or of a cache that earlier batches filled.</summary>
internal interface IAttention
{
    /// <summary>Softmax of the scaled scores times the values.</summary>
    /// <param name="layer">Which layer asks.</param>
    /// <param name="queryKeyValue">[N, (heads + 2 keyValueHeads) * headDim], turned by the rotary embedding</param>
    /// <param name="keep">Takes what the backward pass needs beside the output; null where none will follow.</param>
    /// <param name="sinks">[heads], one more logit of each head that no value belongs to; null for none.</param>
    /// <returns>[N, heads * headDim]</returns>
    Tensor Forward(int layer, Tensor queryKeyValue, LayerActivations? keep, Tensor? sinks = null);
}
