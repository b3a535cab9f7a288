using System.Diagnostics;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What one side of a benchmark repeats.</summary>
/// <param name="amount">Units of work a run: pairs, tokens, megabytes.</param>
/// <param name="run">One run; what it returns are figures of it for the report, by name, or null.</param>
/// <param name="release">Called at the end.</param>
internal class Workload(double amount, Func<IReadOnlyDictionary<string, double>?> run, Action? release = null) : IDisposable
{
    public Workload(double amount, Action run, Action? release = null)
        : this(amount, () => { run(); return null; }, release)
    {
    }

    public double Amount => amount;

    /// <summary>Floating-point operations that a run cannot do without; 0 where that is not what bounds it.</summary>
    public double UsefulFlops { get; init; }

    public IReadOnlyDictionary<string, double>? Run() => run();

    /// <summary>One run with its seconds, and what else a side's process says of it.</summary>
    public virtual WorkerReply Measure()
    {
        double seconds = Seconds(this, out IReadOnlyDictionary<string, double>? figures);
        return new WorkerReply { Seconds = seconds, Figures = figures?.ToDictionary(), PeakRssBytes = Worker.PeakRss() };
    }

    public virtual void Dispose() => release?.Invoke();

    protected static double Seconds(Workload workload, out IReadOnlyDictionary<string, double>? figures)
    {
        var clock = Stopwatch.StartNew();
        figures = workload.Run();
        return clock.Elapsed.TotalSeconds;
    }
}
