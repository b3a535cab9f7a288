using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What the system can do with folders and .NET does not offer; where it cannot, callers have another way.</summary>
internal static partial class FileSystem
{
    private const int CurrentFolder = -100;
    private const uint LinuxExchange = 2;
    private const uint MacSwap = 2;

    // Errors that say that there is nothing to write out here, or no way to.
    private const int Interrupted = 4, Invalid = 22, ReadOnly = 30, NotSupportedOnLinux = 95, NotSupportedOnMac = 45;

    /// <summary>Gives two existing folders each other's name in one step.</summary>
    /// <returns><c>false</c> if this system or this disk cannot; nothing has happened then.</returns>
    public static bool TryExchange(string first, string second)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return RenameAt2(CurrentFolder, first, CurrentFolder, second, LinuxExchange) == 0;
            if (OperatingSystem.IsMacOS()) return RenameX(first, second, MacSwap) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library older than the call.
        }
        return false;
    }

    /// <summary>Has what was written to a file brought to the disk.</summary>
    /// <exception cref="IOException">It could not be: the disk failed, or had no room after all. What was written may be lost.</exception>
    public static void Flush(FileStream file)
    {
        file.Flush(flushToDisk: false);
        Flush(file.SafeFileHandle, file.Name);
    }

    /// <summary>Has the names in a folder brought to the disk, so that a rename outlives a loss of power.</summary>
    /// <exception cref="IOException">They could not be.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, 0);
        if (descriptor < 0) return; // a folder whose names cannot be read
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Flush(handle, folder);
    }

    /// <summary>.NET's own call does not say when it failed.</summary>
    private static void Flush(SafeFileHandle handle, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }
        while (Synchronize(handle) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is Invalid or ReadOnly or NotSupportedOnLinux or NotSupportedOnMac) return;
            if (error != Interrupted) throw new IOException($"'{path}' could not be written to the disk: {new Win32Exception(error).Message}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "renamex_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameX(string from, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(SafeFileHandle file);
}
