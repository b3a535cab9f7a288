using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>Keys and values of layers that later ones read too, of one pass, with the gradients that these give.</summary>
internal sealed class SharedKeys : IDisposable
{
    private readonly Dictionary<int, Tensor> _keys = [], _gradients = [];

    /// <summary>[N, 2 * keyValueSize], turned and normed, of a layer that has been computed</summary>
    public Tensor Of(int layer) => _keys[layer];

    /// <param name="keysAndValues">[N, 2 * keyValueSize]; it is copied.</param>
    public void Keep(int layer, Tensor keysAndValues)
    {
        if (_keys.Remove(layer, out Tensor? before)) before.Dispose();
        _keys[layer] = keysAndValues.clone().DetachFromDisposeScope();
    }

    /// <summary>Adds what a later layer gives.</summary>
    public void AddGradient(int layer, Tensor gradient)
    {
        if (_gradients.TryGetValue(layer, out Tensor? sum)) sum.add_(gradient);
        else _gradients[layer] = gradient.clone().DetachFromDisposeScope();
    }

    /// <summary>What later layers gave; null for nothing.</summary>
    public Tensor? Gradient(int layer) => _gradients.GetValueOrDefault(layer);

    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Values.Concat(_gradients.Values)) tensor.Dispose();
        _keys.Clear();
        _gradients.Clear();
    }
}
