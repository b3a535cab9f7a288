using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>
/// Keeps large blocks of native memory in the process instead of giving them back and asking for them again, which costs a page fault for every
/// four kilobytes. A setting of the whole process, so an application's choice and not the library's. glibc only.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3, Arenas = -8;

    /// <param name="largest">
    /// Bytes of a block from which on it comes and goes all the same. What the heap does not hold leaves no holes in it: less takes less memory and more time.
    /// </param>
    public static void KeepLargeBlocks(int largest = 64 << 20)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MapThreshold, largest); // logits and whole matrices still come and go, or they would leave holes
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
