using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Attention put together from plain operations, for soft-capped scores and for devices other than the CPU. Its backward computes the
/// forward again under autograd.
/// </summary>
internal sealed class ComposedAttentionKernel(double scale, double? softCap) : IAttentionKernel
{
    /// <summary>All: a device has kernels of its own for whole causal sequences.</summary>
    public int QueriesAtOnce => int.MaxValue;

    public (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        using NewScope scope = new();
        Tensor output = scope.Keep(Compute(query, key, value, mask));
        return (output, scope.Keep(empty(0, float32, output.device))); // the log-sum-exp is computed again
    }

    public (Tensor Query, Tensor Key, Tensor Value) Backward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask)
    {
        using NewScope scope = new();
        using IDisposable grad = enable_grad();
        Tensor q = query.detach().requires_grad_(), k = key.detach().requires_grad_(), v = value.detach().requires_grad_();
        IList<Tensor> gradients = autograd.grad([Compute(q, k, v, mask)], [q, k, v], [gradient]);
        return (scope.Keep(gradients[0]), scope.Keep(gradients[1]), scope.Keep(gradients[2]));
    }

    private Tensor Compute(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        mask = mask?.to(query.dtype);
        if (softCap is not { } cap)
            return FusedOperations.ScaledDotProductAttention(query, key, value, mask, causal: mask is null, scale);
        long repeats = query.shape[1] / key.shape[1];
        Tensor keys = key.repeat_interleave(repeats, 1), values = value.repeat_interleave(repeats, 1); // [1, heads, keys, headDim]
        Tensor scores = tanh(matmul(query, keys.transpose(2, 3)) * (scale / cap)) * cap; // [1, heads, rows, keys]
        return matmul(softmax(scores + (mask ?? Causal(scores)), -1), values);
    }

    private static Tensor Causal(Tensor scores)
    {
        long rows = scores.shape[2];
        return full([rows, rows], float.NegativeInfinity, dtype: scores.dtype, device: scores.device).triu(1);
    }
}
