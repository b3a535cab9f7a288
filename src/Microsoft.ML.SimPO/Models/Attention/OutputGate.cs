using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>attention * sigmoid(gate). The gates of a head stand behind its query in what is projected.</summary>
internal sealed class OutputGate(long heads, long headDim)
{
    private readonly long _size = heads * headDim;

    /// <param name="projected">[N, (2 heads + 2 keyValueHeads) * headDim]</param>
    /// <returns>Queries, keys and values, [N, (heads + 2 keyValueHeads) * headDim], and the gates, [N, heads * headDim].</returns>
    public (Tensor QueryKeyValue, Tensor Gate) Split(Tensor projected, LayerActivations? keep)
    {
        using NewScope scope = new();
        (Tensor query, Tensor gate) = Parts(projected);
        Tensor others = projected.narrow(1, 2 * _size, projected.shape[1] - (2 * _size));
        (Tensor, Tensor Gate) result = scope.Keep((cat([query.reshape(-1, _size), others], 1), gate.reshape(-1, _size).contiguous()));
        keep?.KeepGate(result.Gate);
        return result;
    }

    /// <summary>The gradient of what was projected.</summary>
    public Tensor Join(Tensor queryKeyValue, Tensor gate)
    {
        using NewScope scope = new();
        long others = queryKeyValue.shape[1] - _size;
        Tensor result = scope.Keep(empty([queryKeyValue.shape[0], (2 * _size) + others], queryKeyValue.dtype, queryKeyValue.device));
        (Tensor query, Tensor gates) = Parts(result);
        query.copy_(queryKeyValue.narrow(1, 0, _size).view(query.shape));
        gates.copy_(gate.view(gates.shape));
        result.narrow(1, 2 * _size, others).copy_(queryKeyValue.narrow(1, _size, others));
        return result;
    }

    public static Tensor Apply(Tensor attention, Tensor gate)
    {
        using NewScope scope = new();
        return scope.Keep(attention * gate.sigmoid());
    }

    /// <summary>Turns the gradient of the product into that of attention, in place.</summary>
    /// <returns>The gradient of the gate, [N, heads * headDim].</returns>
    public static Tensor Backward(Tensor gradient, Tensor attention, Tensor gate)
    {
        using NewScope scope = new();
        Tensor sigmoid = gate.sigmoid();
        gradient.mul_(sigmoid);
        return scope.Keep((1 - sigmoid).mul_(attention).mul_(gradient));
    }

    /// <summary>[N, heads, headDim] each, views</summary>
    private (Tensor Query, Tensor Gate) Parts(Tensor projected)
    {
        Tensor both = projected.narrow(1, 0, 2 * _size).view(-1, heads, 2, headDim);
        return (both.select(2, 0), both.select(2, 1));
    }
}
