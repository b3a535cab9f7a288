using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>
/// Keeps large blocks of native memory in the process instead of giving them back and asking for them again, which costs a page fault for every
/// four kilobytes. A setting of the whole process, so an application's choice and not the library's. glibc only.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;

    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = SetOption(MapThreshold, 64 << 20); // logits and whole matrices still come and go, or they would leave holes
            _ = SetOption(TrimThreshold, int.MaxValue);
            _ = SetOption(TopPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: slower, not wrong.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
