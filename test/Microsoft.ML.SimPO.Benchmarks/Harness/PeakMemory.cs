using System.Globalization;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>The most memory that this process held since a moment; Linux alone tells.</summary>
internal static class PeakMemory
{
    private const string ClearReferences = "/proc/self/clear_refs", Status = "/proc/self/status";

    /// <summary>From now on the peak counts anew.</summary>
    /// <returns>Bytes resident now; 0 where the system does not tell.</returns>
    public static long Reset()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        try
        {
            File.WriteAllText(ClearReferences, "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
        return Field("VmRSS:");
    }

    /// <returns>The most bytes resident since <see cref="Reset"/>.</returns>
    public static long Read() => OperatingSystem.IsLinux() ? Field("VmHWM:") : 0;

    private static long Field(string name) =>
        1024 * long.Parse(File.ReadLines(Status).First(l => l.StartsWith(name, StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
