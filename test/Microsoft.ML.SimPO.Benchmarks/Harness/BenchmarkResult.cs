namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What is printed and written.</summary>
internal sealed record BenchmarkResult
{
    public required string Name { get; init; }

    public required string Unit { get; init; }

    public required Measurement Ours { get; init; }

    /// <summary>Null where there is no reference in this process.</summary>
    public Measurement? Reference { get; init; }

    public Measurement? Ratio { get; init; }

    /// <summary>Other ways that were measured, by name.</summary>
    public SortedDictionary<string, Measurement>? Variants { get; init; }

    /// <summary>Best of products of two 2048 x 2048 matrices in the same run.</summary>
    public double? GemmGflops { get; init; }

    public double? UsefulGflops { get; init; }

    /// <summary>Useful over what the machine can do.</summary>
    public double? RooflineShare { get; init; }

    public IReadOnlyList<Bar>? Bars { get; init; }
}
