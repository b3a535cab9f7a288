using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Floats outside the collected heap, on a cache line's border, zero at first.</summary>
internal sealed unsafe class FloatBuffer : IDisposable
{
    private const int Alignment = 64;

    public FloatBuffer(long count)
    {
        Count = count;
        nuint bytes = (nuint)(Math.Max(1, count) * sizeof(float));
        Data = (float*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(Data, bytes);
    }

    ~FloatBuffer() => Free();

    public long Count { get; }

    public float* Data { get; private set; }

    public Span<float> Slice(long start, int count) => new(Data + start, count);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Data is null) return;
        NativeMemory.AlignedFree(Data);
        Data = null;
    }
}
