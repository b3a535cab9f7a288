using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>libtorch's flash attention on CPU, forward and backward.</summary>
internal sealed class FusedAttentionKernel(double scale) : IAttentionKernel
{
    /// <summary>Its own causal mode saves little: 128 queries over the keys that they see take an eighth less time forward, a fifth backward.</summary>
    public int QueriesAtOnce => 128;

    public (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        FusedOperations.Attention(query, key, value, mask, causal: mask is null, scale);

    public (Tensor Query, Tensor Key, Tensor Value) Backward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask) =>
        FusedOperations.AttentionBackward(gradient, query, key, value, output, logSumExp, mask, causal: mask is null, scale);
}
