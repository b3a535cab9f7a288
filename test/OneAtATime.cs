using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Test projects run one after another, even where the runner starts them together: each uses all cores, and leak tests count what is alive. The lock lasts as long
/// as the process.
/// </summary>
internal static class OneAtATime
{
    private static FileStream? _lock;

#pragma warning disable CA2255 // Before any test of the assembly.
    [ModuleInitializer]
    internal static void Wait()
    {
        string path = Path.Combine(Path.GetTempPath(), $"Microsoft.ML.SimPO-tests-{Environment.UserName}.lock");
        for (DateTime end = DateTime.UtcNow.AddHours(1); DateTime.UtcNow < end; Thread.Sleep(200))
        {
            try
            {
                _lock = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
