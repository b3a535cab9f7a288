using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

/// <summary>Where the numbers of a tensor lie.</summary>
internal static class TensorMemory
{
    /// <summary>The first number of a contiguous tensor on CPU. Valid as long as the tensor lives.</summary>
    public static unsafe nint Address(Tensor tensor)
    {
        // A span cannot hold more than 2 GB, so only one row of the tensor is asked for.
        using Tensor? row = tensor.dim() == 0 ? null : tensor.narrow(0, 0, 1);
        Span<byte> bytes = (row ?? tensor).bytes;
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
    }
}
