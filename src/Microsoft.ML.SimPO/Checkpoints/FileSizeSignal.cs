using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Where the system limits the size of files, a write beyond it ends the process with SIGXFSZ, before any error can be told. While this is held, the write
/// fails instead, as it does on a full disk.
/// </summary>
internal static class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ on Linux and macOS

    /// <returns>Dispose it to have the signal as before; null on systems without it.</returns>
    public static IDisposable? MakeError()
    {
        if (OperatingSystem.IsWindows()) return null;
        return PosixSignalRegistration.Create((PosixSignal)Number, context => context.Cancel = true);
    }
}
