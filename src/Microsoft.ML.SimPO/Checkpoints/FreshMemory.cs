using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Tells the system that memory is about to be written for the first time.</summary>
/// <remarks>
/// The first touch of fresh memory is what loading spends its time on: a fault for every 4 KiB takes many times as long as reading and
/// converting what goes there. One call for a block takes a quarter of that, and less than huge pages, which must be cleared whole.
/// Only Linux (5.14 and later) has such a call; elsewhere nothing happens. Contents never change.
/// </remarks>
internal static unsafe partial class FreshMemory
{
    private const int AdvisePopulateWrite = 23;

    /// <summary>Has all pages of a piece of memory brought in by one call; those that are there already cost next to nothing.</summary>
    /// <param name="start">The first byte.</param>
    /// <param name="bytes">Their number.</param>
    public static void Populate(nint start, long bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        nint page = Environment.SystemPageSize;
        nint first = start & -page;
        nint end = (nint)(start + bytes + page - 1) & -page;
        _ = Advise((void*)first, (nuint)(end - first), AdvisePopulateWrite);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
