using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What the C library's allocator has given out, tensors above all. Unlike a process's resident memory it has nothing that was freed and is kept for later.
/// </summary>
internal static class NativeHeap
{
    /// <summary>Only the GNU library tells.</summary>
    public static bool IsKnown { get; } = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    /// <summary>Garbage is collected first.</summary>
    public static long BytesInUse
    {
        get
        {
            LiveTensors.CountWithoutGarbage();
            return InUse();
        }
    }

    /// <summary>Freed, but not given back to the system.</summary>
    public static long BytesKept => (long)Read().FreeInArenas;

    /// <summary>
    /// The most that was in use at once while something ran, above what was in use before. Looked up every millisecond, so a shorter peak may be missed.
    /// </summary>
    public static long PeakOf(Action work)
    {
        long before = BytesInUse, most = before;
        bool isOver = false;
        var watcher = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                most = Math.Max(most, InUse());
                Thread.Sleep(1);
            }
        });
        watcher.Start();
        try
        {
            work();
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            watcher.Join();
        }
        return most - before;
    }

    private static long InUse()
    {
        Info info = Read();
        return (long)(info.UsedInArenas + info.Mapped);
    }

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static extern Info Read();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        public readonly nuint Arenas, FreeChunks, FastChunks, MappedChunks, Mapped, MostUsed, FastBytes, UsedInArenas, FreeInArenas, Releasable;
    }
}
