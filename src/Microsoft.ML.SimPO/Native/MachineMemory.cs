using System.Globalization;

namespace Microsoft.ML.SimPO.Native;

/// <summary>The memory that a process may have at most: who takes more is ended by the system, whatever it was about to do.</summary>
internal static class MachineMemory
{
    /// <summary>Bytes of memory, as far as this process may have it, with those that can be swapped out; the largest number where nobody says.</summary>
    public static long Most { get; } = OperatingSystem.IsLinux() ? Find() : long.MaxValue;

    private static long Find()
    {
        try
        {
            Dictionary<string, long> fields = File.ReadLines("/proc/meminfo").Select(line => line.Split(':', StringSplitOptions.TrimEntries))
                .Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => Number(parts[1].Split(' ')[0]) << 10, StringComparer.Ordinal);
            return Math.Min(fields["MemTotal"], OfContainer()) + fields.GetValueOrDefault("SwapTotal");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            return long.MaxValue;
        }
    }

    private static long OfContainer()
    {
        const string limit = "/sys/fs/cgroup/memory.max";
        return File.Exists(limit) && Number(File.ReadAllText(limit).Trim()) is > 0 and var bytes ? bytes : long.MaxValue;
    }

    private static long Number(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
