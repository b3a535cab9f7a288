using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>
/// What layers hand on from token to token where sequences are continued: the last columns before a convolution, and the states of the delta rule. A row is a
/// sequence. What is kept belongs to this.
/// </summary>
internal sealed class RecurrentStates(int layers) : IDisposable
{
    private readonly Tensor?[] _windows = new Tensor?[layers], _states = new Tensor?[layers];

    /// <summary>Whether a pass has one token of each sequence, which goes on where the last pass ended; else it has whole sequences.</summary>
    public bool IsContinuing { get; set; }

    /// <summary>[batch, kernel - 1, channels], before the tokens of this pass</summary>
    public Tensor Window(int layer) => _windows[layer]!;

    /// <summary>[batch, valueHeads, keyDim, valueDim], before the tokens of this pass</summary>
    public Tensor State(int layer) => _states[layer]!;

    public void KeepWindow(int layer, Tensor window) => Keep(_windows, layer, window);

    public void KeepState(int layer, Tensor state) => Keep(_states, layer, state);

    /// <summary>Keeps only these rows, in this order.</summary>
    /// <param name="rows">int64</param>
    public void Select(Tensor rows)
    {
        foreach (Tensor?[] all in new[] { _windows, _states })
            for (int layer = 0; layer < all.Length; layer++)
                if (all[layer] is { } tensor) Keep(all, layer, tensor.index_select(0, rows));
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in _windows.Concat(_states)) tensor?.Dispose();
    }

    private static void Keep(Tensor?[] all, int layer, Tensor tensor)
    {
        all[layer]?.Dispose();
        all[layer] = tensor.DetachFromDisposeScope();
    }
}
