using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Where the system limits the size of files, a write beyond it ends the process with SIGXFSZ, before any error can be told. While somebody here writes, the
/// signal is ignored and the write fails instead, as it does on a full disk; afterwards the program has its own way with it again.
/// </summary>
/// <remarks>Ignored, not handled: a handler of .NET's is called later, by another thread, and one that is gone by then ends the process after all.</remarks>
internal static unsafe partial class FileSizeSignal
{
    private const int Number = 25; // SIGXFSZ on Linux and macOS
    private const nint Ignored = 1; // SIG_IGN

    /// <summary>More than the structure of any C library.</summary>
    private const int ActionBytes = 512;

    private static readonly Lock Guard = new();
    private static readonly byte[] Before = new byte[ActionBytes];
    private static int _writers;

    /// <summary>Until it is disposed, writing beyond the limit is an error.</summary>
    public static IDisposable MakeError()
    {
        lock (Guard)
            if (_writers++ == 0) Ignore();
        return new Writer();
    }

    /// <summary>What .NET makes of a limit on the size of files is no error of input and output.</summary>
    public static bool IsCause(Exception error) => error is ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>The error that it is.</summary>
    public static IOException ErrorOf(Exception error) =>
        new("A file would be larger than this system allows. Raise the limit, or write to another disk.", error);

    private static void Ignore()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        fixed (byte* before = Before)
            if (Action(Number, null, before) == 0) _ = Signal(Number, Ignored);
    }

    private static void Restore()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        fixed (byte* before = Before) _ = Action(Number, before, null);
    }

    private sealed class Writer : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            lock (Guard)
                if (--_writers == 0) Restore();
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int signal, byte* action, byte* before);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
