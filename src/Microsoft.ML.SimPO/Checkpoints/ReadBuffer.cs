using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What one thread reads a block into before it converts it.</summary>
internal sealed unsafe class ReadBuffer : IDisposable
{
    /// <summary>Its size in bytes: a block of the widest type that converts.</summary>
    public const int Length = FloatConversion.BlockElements * sizeof(double);

    public void* Pointer { get; private set; } = NativeMemory.AlignedAlloc(Length, 64);

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
