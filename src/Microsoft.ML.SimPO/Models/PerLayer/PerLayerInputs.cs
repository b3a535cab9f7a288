using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.PerLayer;

/// <summary>What the layers of a pass get of each token beside the stream, and its gradient.</summary>
/// <param name="values">[N, size * layers]; it belongs to this.</param>
internal sealed class PerLayerInputs(Tensor values, int size) : IDisposable
{
    private readonly Tensor _values = values.DetachFromDisposeScope();
    private Tensor? _gradient;

    /// <summary>[N, size], a view</summary>
    public Tensor Of(int layer) => _values.narrow(1, (long)layer * size, size);

    /// <param name="gradient">[N, size]</param>
    public void SetGradient(int layer, Tensor gradient)
    {
        _gradient ??= zeros_like(_values).DetachFromDisposeScope();
        using Tensor part = _gradient.narrow(1, (long)layer * size, size);
        _ = part.copy_(gradient); // which returns itself
    }

    /// <summary>[N, size * layers]; zeros for layers that no gradient reached</summary>
    public Tensor Gradient => _gradient ??= zeros_like(_values).DetachFromDisposeScope();

    public void Dispose()
    {
        _values.Dispose();
        _gradient?.Dispose();
    }
}
