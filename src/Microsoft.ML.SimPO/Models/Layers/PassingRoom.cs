using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>
/// Tensors that a layer needs for a moment, in the memory of its activations where there is such: what is taken meanwhile must not outlive it.
/// </summary>
internal readonly struct PassingRoom(ActivationMemory? memory) : IDisposable
{
    private readonly long _mark = memory?.Mark() ?? 0;

    /// <returns>[rows, columns] without values; null where the result's own memory does</returns>
    public Tensor? Take(long rows, long columns) => memory?.Take(rows, columns);

    public void Dispose() => memory?.Release(_mark);
}
