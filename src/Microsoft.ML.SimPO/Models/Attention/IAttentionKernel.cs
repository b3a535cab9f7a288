using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Attention of one group of queries over one group of keys, with its derivative.</summary>
internal interface IAttentionKernel
{
    /// <summary>About how many queries the kernel should get in one call.</summary>
    int QueriesAtOnce { get; }

    /// <param name="query">[1, heads, rows, headDim]</param>
    /// <param name="key">[1, keyValueHeads, keys, headDim]</param>
    /// <param name="value">[1, keyValueHeads, keys, headDim]</param>
    /// <param name="mask">[rows, keys], added to the scores; null means causal with as many keys as rows.</param>
    /// <returns>[1, heads, rows, headDim], and what <see cref="Backward"/> wants again.</returns>
    (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor key, Tensor value, Tensor? mask);

    /// <returns>Gradients of query, key and value, of their shapes.</returns>
    (Tensor Query, Tensor Key, Tensor Value) Backward(Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask);
}
