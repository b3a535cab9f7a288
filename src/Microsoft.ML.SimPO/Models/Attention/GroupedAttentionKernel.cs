using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Attention as batched matrix products on the CPU, the query heads of a key's head below each other as rows of one matrix: no key is repeated, and gradients
/// of keys add up in the product. Shares are computed again in the backward pass, where the log-sum-exp would save a pass over the scores and cost two.
/// </summary>
/// <param name="scale">The factor of the scores.</param>
/// <param name="least">Operations of a product below which the fused kernel is taken, whose one call costs less than these of many.</param>
internal sealed class GroupedAttentionKernel(double scale, double least = 5e6) : IAttentionKernel
{
    private readonly FusedAttentionKernel _small = new(scale);
    private readonly float _scale = (float)scale;

    public int QueriesAtOnce => _small.QueriesAtOnce;

    /// <returns>The output, and nothing but where the fused kernel computes.</returns>
    public (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        if (IsSmall(query, key)) return _small.Forward(query, key, value, mask);
        using NewScope scope = new();
        using Tensor queries = Scaled(query, key), keys = Batch(key);
        using Tensor shares = Shares(queries, keys, mask, query.shape[2]), values = Batch(value);
        return scope.Keep((MatrixProducts.Batched(shares, values).view(query.shape), empty(0, dtype: float32, device: query.device)));
    }

    public (Tensor Query, Tensor Key, Tensor Value) Backward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask)
    {
        if (IsSmall(query, key)) return _small.Backward(gradient, query, key, value, output, logSumExp, mask);
        using NewScope scope = new();
        Tensor queries = Scaled(query, key), keys = Batch(key), values = Batch(value), own = Grouped(gradient, key);
        Tensor shares = Shares(queries, keys, mask, query.shape[2]); // [keyValueHeads, group * rows, keys]
        Tensor ofValue = MatrixProducts.Batched(shares.transpose(1, 2), own);
        Tensor scores = FusedOperations.SoftmaxBackward(MatrixProducts.Batched(own, values.transpose(1, 2)), shares);
        Tensor ofQuery = MatrixProducts.Batched(scores, keys).mul_(_scale).view(query.shape);
        Tensor ofKey = MatrixProducts.Batched(scores.transpose(1, 2), queries);
        return (scope.Keep(ofQuery), scope.Keep(ofKey.unsqueeze(0)), scope.Keep(ofValue.unsqueeze(0)));
    }

    private bool IsSmall(Tensor query, Tensor key) => 2.0 * query.numel() * key.shape[2] < least;

    /// <returns>[keyValueHeads, group * rows, keys]</returns>
    private static Tensor Shares(Tensor queries, Tensor keys, Tensor? mask, long rows)
    {
        using Tensor transposed = keys.transpose(1, 2);
        Tensor scores = MatrixProducts.Batched(queries, transposed);
        using Tensor? causal = mask is null ? full([rows, rows], float.NegativeInfinity, dtype: float32, device: scores.device).triu_(1) : null;
        using Tensor byHead = scores.view(scores.shape[0], -1, rows, scores.shape[2]);
        return FusedOperations.MaskedSoftmax(scores, byHead, mask ?? causal!);
    }

    private Tensor Scaled(Tensor query, Tensor key)
    {
        using Tensor grouped = Grouped(query, key);
        return grouped.mul(_scale);
    }

    /// <returns>[keyValueHeads, group * rows, headDim], without gaps</returns>
    private static Tensor Grouped(Tensor heads, Tensor key)
    {
        using Tensor grouped = heads.reshape(key.shape[1], -1, heads.shape[3]); // a view where each key's head has one query's
        return grouped.contiguous();
    }

    /// <returns>[keyValueHeads, keys, headDim], without gaps</returns>
    private static Tensor Batch(Tensor heads)
    {
        using Tensor batch = heads.squeeze(0);
        return batch.contiguous();
    }
}
