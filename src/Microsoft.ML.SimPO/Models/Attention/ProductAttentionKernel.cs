using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Attention as plain matrix products with a backward pass of its own, on any device: for sinks, which need the log-sum-exp.</summary>
internal sealed class ProductAttentionKernel(double scale) : IAttentionKernel
{
    private readonly float _scale = (float)scale;

    public int QueriesAtOnce => 256;

    public (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        using NewScope scope = new();
        Tensor scores = Scores(query, key, mask), logSumExp = scores.logsumexp(-1); // [1, heads, rows, keys], [1, heads, rows]
        Tensor shares = (scores - logSumExp.unsqueeze(-1)).exp_().to(value.dtype);
        return scope.Keep((matmul(shares, Repeated(value, query)), logSumExp));
    }

    public (Tensor Query, Tensor Key, Tensor Value) Backward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask)
    {
        using NewScope scope = new();
        Tensor keys = Repeated(key, query), values = Repeated(value, query), shares = (Scores(query, key, mask) - logSumExp.unsqueeze(-1)).exp_();
        Tensor valueGradient = matmul(shares.to(gradient.dtype).transpose(2, 3), gradient);
        Tensor common = (gradient * output).to(float32).sum(-1, keepdim: true); // [1, heads, rows, 1]
        Tensor scores = (matmul(gradient, values.transpose(2, 3)).to(float32) - common).mul_(shares).mul_(_scale).to(gradient.dtype);
        return (
            scope.Keep(matmul(scores, keys)),
            scope.Keep(Folded(matmul(scores.transpose(2, 3), query), key)),
            scope.Keep(Folded(valueGradient, value)));
    }

    private Tensor Scores(Tensor query, Tensor key, Tensor? mask)
    {
        Tensor scores = matmul(query, Repeated(key, query).transpose(2, 3)).to(float32).mul_(_scale);
        return scores.add_(mask ?? full([scores.shape[2], scores.shape[3]], float.NegativeInfinity, dtype: float32, device: scores.device).triu(1));
    }

    /// <summary>[1, heads, keys, headDim]</summary>
    private static Tensor Repeated(Tensor keys, Tensor query) => keys.repeat_interleave(query.shape[1] / keys.shape[1], 1);

    /// <summary>The sum over the query heads of a key's head.</summary>
    private static Tensor Folded(Tensor gradient, Tensor keys) =>
        gradient.view(keys.shape[0], keys.shape[1], -1, keys.shape[2], keys.shape[3]).sum([2L]);
}
