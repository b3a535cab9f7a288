using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Keys and values of some successive tokens in all layers. Sequences that begin alike share pages; the last holder frees it.</summary>
internal sealed unsafe class CachePage(DecoderArchitecture architecture) : IDisposable
{
    /// <summary>Tokens of a page.</summary>
    public const int Positions = 64;

    private readonly FloatBuffer _floats = new(2L * architecture.Layers.Count * architecture.KeyValueSize * Positions);
    private int _holders = 1;

    /// <returns>[Positions, headDim]</returns>
    public float* Keys(int layer, int head) => _floats.Data + Offset(2 * layer, head);

    /// <returns>[Positions, headDim]</returns>
    public float* Values(int layer, int head) => _floats.Data + Offset((2 * layer) + 1, head);

    /// <summary>One holder more.</summary>
    public CachePage Share()
    {
        _holders++;
        return this;
    }

    /// <summary>One holder less.</summary>
    public void Dispose()
    {
        if (--_holders == 0) _floats.Dispose();
    }

    public CachePage Copy()
    {
        var copy = new CachePage(architecture);
        long bytes = _floats.Count * sizeof(float);
        Buffer.MemoryCopy(_floats.Data, copy._floats.Data, bytes, bytes);
        return copy;
    }

    private long Offset(int block, int head) => (((long)block * architecture.KeyValueHeadCount) + head) * Positions * architecture.HeadDim;
}
