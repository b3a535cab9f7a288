using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Is shown the keys and values of a batch as each layer computes them: a cache that generation continues from.</summary>
internal interface IKeyValueSink
{
    /// <param name="layer">The layer.</param>
    /// <param name="keys">[N, keyValueHeads, headDim], a view that must be copied to be kept</param>
    /// <param name="values">[N, keyValueHeads, headDim], a view that must be copied to be kept</param>
    void Take(int layer, Tensor keys, Tensor values);
}
