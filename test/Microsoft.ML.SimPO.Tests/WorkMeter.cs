using System.Globalization;
using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What came of a campaign, counted by kind, and the most that one piece of it took: memory of the whole process while it was at work, and processor time. No
/// clock is asked: what else the machine does changes nothing.
/// </summary>
internal sealed partial class WorkMeter
{
    /// <summary>Of a process that refuses a file, in bytes and in milliseconds.</summary>
    public const long MostMemory = 512L << 20, MostTime = 5000;

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private (long Bytes, string Of) _largest = (0, "nothing");
    private (double Milliseconds, string Of) _longest = (0, "nothing");
    private double _milliseconds;

    /// <summary>Of the piece before.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the longest piece.</summary>
    public double Milliseconds => _longest.Milliseconds;

    /// <param name="name">What is worked on, to be told where it takes the most.</param>
    /// <param name="work">Says of what kind its outcome was.</param>
    public string Do(string name, Func<string> work)
    {
        ForgetPeak();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        string kind = work();
        double took = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        long peak = Bytes = Peak();
        _milliseconds += took;
        if (took > _longest.Milliseconds) _longest = (took, $"{kind} {name}");
        if (peak > _largest.Bytes) _largest = (peak, $"{kind} {name}");
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        return kind;
    }

    /// <summary>For whoever started the process: counts, the most bytes and milliseconds, what took them, and all seconds, with tabs between them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{string.Join(", ", _counts.Select(c => $"{c.Value} {c.Key}"))}\t{_largest.Bytes}\t{_longest.Milliseconds:F0}\t{_largest.Of}\t{_longest.Of}")
        + FormattableString.Invariant($"\t{_milliseconds / 1000:F0}");

    /// <summary>Prints what another process says of its campaign, and fails where a piece of it took too much or is missing.</summary>
    /// <param name="line">What <see cref="ToString"/> gave there.</param>
    /// <param name="count">How many pieces there were.</param>
    /// <param name="mostMilliseconds">Of processor time, for a piece.</param>
    /// <param name="mostMemory">In bytes, for a piece.</param>
    public static void Check(
        string campaign, string line, int count, ITestOutputHelper output, long mostMilliseconds = MostTime, long mostMemory = MostMemory)
    {
        string[] parts = line.Trim().Split('\t');
        long bytes = long.Parse(parts[1], CultureInfo.InvariantCulture), milliseconds = long.Parse(parts[2], CultureInfo.InvariantCulture);
        output.WriteLine($"{campaign}: {parts[0]}; at most {bytes >> 20} MB ({parts[3]}) and {milliseconds} ms ({parts[4]}), {parts[5]} s in all");
        Assert.Equal(count, parts[0].Split(", ").Sum(part => int.Parse(part.Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.True(bytes > 0 && bytes < mostMemory, $"{campaign}: {bytes} bytes for {parts[3]}");
        Assert.InRange(milliseconds, 0, mostMilliseconds);
    }

    /// <summary>Gives memory that nothing needs any more back to the system, so that it does not count for what comes next.</summary>
    public static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        if (OperatingSystem.IsLinux()) _ = Trim(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    /// <summary>The system's own record of the most memory begins anew, where it can.</summary>
    private static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    private static long Peak()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
