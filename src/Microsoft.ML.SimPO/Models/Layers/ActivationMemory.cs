using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>
/// One piece of memory for the activations that layers keep until their backward pass, used again by every step. Steps differ in size: with an allocation an
/// activation, what one step has freed seldom fits the next, and memory that was given back must be faulted in anew.
/// </summary>
internal sealed class ActivationMemory : IDisposable
{
    private const long Alignment = 16; // numbers: 64 bytes, as torch's own tensors have; alignment decides the last bit of sums

    private Tensor? _block;
    private long _used;

    /// <summary>Forgets what was taken, and makes room for layers of these sizes. What was taken before must not be used any more.</summary>
    /// <param name="rows">N</param>
    /// <param name="widths">Of the tensors, [N, width] each, that will be taken.</param>
    public void Begin(long rows, IEnumerable<long> widths)
    {
        _used = 0;
        long wanted = widths.Sum(w => Aligned(rows * w));
        if (_block is not null && _block.numel() >= wanted) return;
        _block?.Dispose(); // first, so that both are never there at once
        _block = empty(wanted, float32, CPU).DetachFromDisposeScope();
    }

    /// <summary>Has all of it brought in by one call, where it is about to be filled for the first time.</summary>
    public void Populate()
    {
        if (_block is not null && _block.numel() > 0) FreshMemory.Populate(Parameter.Address(_block), _block.numel() * sizeof(float));
    }

    /// <returns>[rows, columns] float32 without values, in the caller's scope; not part of this memory where it is used up</returns>
    public Tensor Take(long rows, long columns)
    {
        long count = rows * columns;
        if (_block is null || _used + count > _block.numel()) return empty(rows, columns, float32, CPU);
        using Tensor part = _block.narrow(0, _used, count);
        _used += Aligned(count);
        return part.view(rows, columns);
    }

    /// <summary>Where the next one will lie, for <see cref="Release"/>.</summary>
    public long Mark() => _used;

    /// <summary>Gives back what was taken since a mark.</summary>
    public void Release(long mark) => _used = mark;

    public void Dispose() => _block?.Dispose();

    private static long Aligned(long count) => (count + Alignment - 1) / Alignment * Alignment;
}
