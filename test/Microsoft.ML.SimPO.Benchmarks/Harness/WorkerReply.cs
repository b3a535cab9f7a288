namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What a side's process says after each command: a line of JSON.</summary>
internal sealed record WorkerReply
{
    public double Amount { get; init; }

    public double UsefulFlops { get; init; }

    public double Seconds { get; init; }

    /// <summary>Where the process measured ours in the same round; else null, and rounds of two processes are compared.</summary>
    public double? SecondsOverOurs { get; init; }

    /// <summary>The same of the fastest quarter of all runs so far.</summary>
    public double? FastestOverOurs { get; init; }

    public Dictionary<string, double>? Figures { get; init; }

    public long PeakRssBytes { get; init; }
}
