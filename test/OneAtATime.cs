using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Test projects run one after another, even where the runner starts them together: each uses all cores, and leak tests count what is alive. The lock lasts as
/// long as the process; test processes that it starts itself do not wait for it.
/// </summary>
internal static class OneAtATime
{
    /// <summary>Set for the processes that the holder starts.</summary>
    private const string Held = "SIMPO_TESTS_LOCK_HELD";

    private static FileStream? _lock;

#pragma warning disable CA2255 // Before any test of the assembly.
    [ModuleInitializer]
    internal static void Wait()
    {
        if (Environment.GetEnvironmentVariable(Held) is not null) return;
        string path = Path.Combine(Path.GetTempPath(), $"Microsoft.ML.SimPO-tests-{Environment.UserName}.lock");
        for (DateTime end = DateTime.UtcNow.AddHours(1); DateTime.UtcNow < end; Thread.Sleep(200))
        {
            try
            {
                _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                Environment.SetEnvironmentVariable(Held, "1");
                return;
            }
            catch (IOException)
            {
                // Another test project holds it.
            }
        }
    }
#pragma warning restore CA2255
}
