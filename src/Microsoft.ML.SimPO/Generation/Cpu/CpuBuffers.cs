using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>What a step computes, for a number of rows; made once.</summary>
internal sealed class CpuBuffers(DecoderArchitecture architecture, int rows) : IDisposable
{
    public int Rows => rows;

    /// <summary>[rows, hidden]</summary>
    public FloatBuffer Stream { get; } = new((long)rows * architecture.HiddenSize);

    /// <summary>[rows, hidden], behind a norm</summary>
    public FloatBuffer Normed { get; } = new((long)rows * architecture.HiddenSize);

    /// <summary>[rows, hidden], of a branch</summary>
    public FloatBuffer Branch { get; } = new((long)rows * architecture.HiddenSize);

    /// <summary>[rows, (heads + 2 keyValueHeads) * headDim]</summary>
    public FloatBuffer QueryKeyValue { get; } = new((long)rows * (architecture.QuerySize + (2 * architecture.KeyValueSize)));

    /// <summary>[rows, heads * headDim]</summary>
    public FloatBuffer Attention { get; } = new((long)rows * architecture.QuerySize);

    /// <summary>[rows, 2 * intermediate], or [rows, intermediate] without a gate</summary>
    public FloatBuffer GateUp { get; } = new((long)rows * architecture.ProjectedSize);

    /// <summary>[rows, intermediate]</summary>
    public FloatBuffer Gated { get; } = new((long)rows * architecture.IntermediateSize);

    /// <summary>[rows, vocabulary]</summary>
    public FloatBuffer Logits { get; } = new((long)rows * architecture.VocabularySize);

    public IReadOnlyList<RotaryRows> Rotaries { get; } = [.. architecture.Rotaries.Select(r => new RotaryRows(r, rows))];

    public void Dispose()
    {
        foreach (FloatBuffer buffer in new[] { Stream, Normed, Branch, QueryKeyValue, Attention, GateUp, Gated, Logits }) buffer.Dispose();
    }
}
