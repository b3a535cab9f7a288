using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>A result as a table and as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public static void Write(BenchmarkResult result, string file) => File.WriteAllText(file, JsonSerializer.Serialize(result, Json) + "\n");

    public static void Print(BenchmarkResult result, TextWriter to)
    {
        to.WriteLine($"{result.Name,-16} {"min",12} {"median",12} {"max",12} {result.Unit,-10} {"peak RSS",10}");
        Row(to, Side.Ours, result.Ours, 1e6, "MB");
        if (result.Reference is { } reference) Row(to, Side.Reference, reference, 1e6, "MB");
        foreach ((string name, Measurement variant) in result.Variants ?? []) Row(to, name, variant, 1e6, "MB");
        if (result.Ratio is { } ratio) Row(to, "ratio", ratio, 1, "x");
        if (result.GemmGflops is { } gemm) to.WriteLine(Invariant($"GEMM {gemm:F1} GFLOP/s"));
        if (result.UsefulGflops is { } useful) to.WriteLine(Invariant($"useful {useful:F1} GFLOP/s"));
        if (result.RooflineShare is { } share) to.WriteLine(Invariant($"{share:P1} of the roofline"));
        if (result.GemmGflops is { } best && result.Ours.MedianUsefulGflops is { } median && result.Ours.UsefulGflops != median)
            to.WriteLine(Invariant($"{median / best:P1} of it at the median round"));
        Figures(to, Side.Ours, result.Ours);
        if (result.Reference is not null) Figures(to, Side.Reference, result.Reference);
        foreach ((string name, Measurement variant) in result.Variants ?? []) Figures(to, name, variant);
        foreach (Bar bar in result.Bars ?? [])
            to.WriteLine(Invariant($"{(bar.Met ? "met   " : "MISSED")} {bar.Name}: {bar.Value:G4} ({(bar.AtMost ? "at most" : "at least")} {bar.Limit:G4})"));
    }

    private static void Row(TextWriter to, string name, Measurement measurement, double per, string unit)
    {
        Spread rate = measurement.Rate;
        to.WriteLine(Invariant($"{name,-16} {rate.Min,12:G5} {rate.Median,12:G5} {rate.Max,12:G5} {"",-10} {measurement.PeakRssBytes / per,10:G4} {unit}"));
    }

    private static void Figures(TextWriter to, string side, Measurement measurement)
    {
        if (measurement is { FastestOverOurs: { } fastest, SecondsOverOurs: { } rounds })
        {
            to.WriteLine(Invariant(
                $"{side}: seconds over ours, fastest quarter {fastest:F4}; rounds {rounds.Min:F4}, median {rounds.Median:F4}, {rounds.Max:F4}"));
        }
        foreach ((string name, double value) in measurement.Figures ?? []) to.WriteLine(Invariant($"{side}: {name} {value:G6}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
