namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What a side reached.</summary>
/// <param name="Rate">Units a second; of <c>ratio</c>: ours over the reference, round by round.</param>
/// <param name="PeakRssBytes">The most memory that its process held at a time; of <c>ratio</c>: ours over the reference.</param>
internal sealed record Measurement(Spread Rate, double PeakRssBytes)
{
    /// <summary>
    /// Of the fastest round; where rounds differ, of the fastest of each kind together. The rate of matrix products is that of the fastest, too: what the
    /// machine gives while nobody else has it.
    /// </summary>
    public double FastestRate { get; init; }

    /// <summary>Seconds of a run over those of ours beside it, round by round; null for ours.</summary>
    public Spread? SecondsOverOurs { get; init; }

    /// <summary>The same of the fastest quarter of the runs, where both were run in one process (<see cref="InTurns"/>).</summary>
    public double? FastestOverOurs { get; init; }

    /// <summary>Medians of the figures that the runs reported themselves.</summary>
    public SortedDictionary<string, double>? Figures { get; init; }

    /// <summary>Useful floating-point operations a second, in 10^9, at <see cref="FastestRate"/>. Null where not counted.</summary>
    public double? UsefulGflops { get; init; }

    /// <summary>The same at the median round.</summary>
    public double? MedianUsefulGflops { get; init; }
}
