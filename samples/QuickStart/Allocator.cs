using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>
/// Keeps large blocks of native memory in the process instead of giving them back and asking for them again, which costs a page fault for every
/// four kilobytes. A setting of the whole process, so an application's choice and not the library's. glibc only.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3, Arenas = -8;

    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MapThreshold, 1 << 20); // what the heap does not hold leaves no holes in it
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPad, 64 << 20);
            _ = SetOption(Arenas, 1); // the heap of a thread is made of pieces of 64 MB, into which matrices fit badly
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: slower, not wrong.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
