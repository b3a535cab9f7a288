using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Where a layer has its keys and values from, if not all of them from its own projection; and whether later layers read them.</summary>
internal sealed class KeySource(DecoderArchitecture architecture, int layer)
{
    private readonly LayerArchitecture _layer = architecture.Layers[layer];
    private readonly long _query = architecture.QuerySizeOf(architecture.Layers[layer]), _keys = architecture.KeyValueSizeOf(architecture.Layers[layer]);
    private readonly bool _isShared = architecture.Layers.Any(l => l.KeysOf == layer);

    /// <summary>Queries, keys and values of what was projected.</summary>
    public Tensor Complete(Tensor projected, DecoderPass pass)
    {
        if (_layer.KeysOf is null && !_layer.KeysAreValues) return projected;
        using NewScope scope = new();
        return scope.Keep(cat([projected, _layer.KeysOf is { } source ? pass.SharedKeys.Of(source) : projected.narrow(1, _query, _keys)], 1));
    }

    /// <summary>Shows later layers the keys and values, turned and normed, where they read them.</summary>
    public void Show(Tensor queryKeyValue, DecoderPass pass)
    {
        if (!_isShared) return;
        using Tensor part = queryKeyValue.narrow(1, _query, 2 * _keys);
        pass.SharedKeys.Keep(layer, part);
    }

    /// <summary>Adds what later layers gave to the gradient of turned and normed keys and values.</summary>
    public void AddLater(Tensor gradient, DecoderPass pass)
    {
        if (!_isShared || pass.SharedKeys.Gradient(layer) is not { } later) return;
        using Tensor part = gradient.narrow(1, _query, 2 * _keys);
        _ = part.add_(later); // which returns itself
    }

    /// <summary>The gradient of what was projected, from that of queries, keys and values.</summary>
    public Tensor CompleteBackward(Tensor gradient, DecoderPass pass)
    {
        if (_layer.KeysOf is null && !_layer.KeysAreValues) return gradient;
        using NewScope scope = new();
        if (_layer.KeysOf is { } source)
        {
            pass.SharedKeys.AddGradient(source, gradient.narrow(1, _query, 2 * _keys));
            return scope.Keep(gradient.narrow(1, 0, _query).contiguous());
        }
        Tensor result = scope.Keep(gradient.narrow(1, 0, _query + _keys).contiguous());
        result.narrow(1, _query, _keys).add_(gradient.narrow(1, _query + _keys, _keys));
        return result;
    }
}
