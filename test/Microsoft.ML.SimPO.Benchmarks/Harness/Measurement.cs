namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What a side reached.</summary>
/// <param name="Rate">Units a second; of <c>ratio</c>: ours over the reference, round by round.</param>
/// <param name="PeakRssBytes">The most memory that its process held at a time; of <c>ratio</c>: ours over the reference.</param>
internal sealed record Measurement(Spread Rate, double PeakRssBytes)
{
    /// <summary>All units over all seconds, where rounds differ in size.</summary>
    public double MeanRate { get; init; }

    /// <summary>Medians of the figures that the runs reported themselves.</summary>
    public SortedDictionary<string, double>? Figures { get; init; }

    /// <summary>
    /// Useful floating-point operations a second, in 10^9, of the fastest round, as the rate of matrix products is that of the fastest: what the
    /// machine gives while nobody else has it. Over all rounds where they differ in size. Null where not counted.
    /// </summary>
    public double? UsefulGflops { get; init; }

    /// <summary>The same at the median round.</summary>
    public double? MedianUsefulGflops { get; init; }
}
