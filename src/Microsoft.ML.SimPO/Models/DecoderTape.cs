using Microsoft.ML.SimPO.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>A forward pass that a backward pass will follow: the input of every layer and, unless they are computed again, its activations.</summary>
/// <param name="memory">Where activations lie, those that are computed again among them; null for memory of their own.</param>
internal sealed class DecoderTape(DecoderPass pass, ActivationMemory? memory) : IDisposable
{
    private readonly List<(Tensor Input, LayerActivations? Activations)> _layers = [];

    public DecoderPass Pass => pass;

    public ActivationMemory? Memory => memory;

    /// <summary>[N, hidden] behind the last layer, before the final norm</summary>
    public Tensor Output { get; private set; } = null!;

    public void Push(Tensor input, LayerActivations? activations) => _layers.Add((input.DetachFromDisposeScope(), activations));

    /// <summary>The topmost layer that is left. What it returns belongs to the caller.</summary>
    public (Tensor Input, LayerActivations? Activations) Pop()
    {
        (Tensor, LayerActivations?) top = _layers[^1];
        _layers.RemoveAt(_layers.Count - 1);
        return top;
    }

    public void Finish(Tensor output) => Output = output.DetachFromDisposeScope();

    public void Dispose()
    {
        foreach ((Tensor input, LayerActivations? activations) in _layers)
        {
            input.Dispose();
            activations?.Dispose();
        }
        _layers.Clear();
        Output?.Dispose();
        pass.Dispose();
    }
}
