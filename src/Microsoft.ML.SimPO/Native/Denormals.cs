using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Flushing of denormal numbers to zero on the current thread and on threads that it starts. libtorch's own switch (`at::Context::setFlushDenormal`) sets the
/// same bits and cannot tell how they were, so the C library's floating-point environment is used: on Linux x64 alone, elsewhere such numbers are slow and no
/// more happens.
/// </summary>
internal static partial class Denormals
{
    /// <summary>Flush results to zero (bit 15) and take inputs for zero (bit 6), in the control register of the vector unit.</summary>
    private const uint FlushToZero = 0x8000, DenormalsAreZero = 0x0040;

    public static bool CanFlush { get; } = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static bool AreFlushed => CanFlush && GetEnvironment(out Environment environment) == 0 && (environment.VectorControl & FlushToZero) != 0;

    public static void Flush()
    {
        if (!CanFlush || GetEnvironment(out Environment environment) != 0) return;
        environment.VectorControl |= FlushToZero | DenormalsAreZero;
        _ = SetEnvironment(in environment);
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(out Environment environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(in Environment environment);

    /// <summary>fenv_t of the C library on x64: 28 bytes of the old unit's state, then the vector unit's control register.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Environment
    {
        [FieldOffset(28)]
        public uint VectorControl;
    }
}
