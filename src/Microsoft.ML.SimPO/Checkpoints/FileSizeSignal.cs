using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Where the system limits the size of files, a write beyond it ends the process with SIGXFSZ, before any error can be told. From the first checkpoint on the
/// write fails instead, as it does on a full disk. The signal is handled to the end of the process: it is delivered by another thread, perhaps only when
/// the failure has been dealt with here, and unhandled it would end the process after all.
/// </summary>
internal static class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ on Linux and macOS

    private static readonly Lazy<PosixSignalRegistration?> Registration = new(() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create((PosixSignal)Number, context => context.Cancel = true) : null);

    public static void MakeError() => _ = Registration.Value;
}
