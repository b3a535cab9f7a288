using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>One part of a layer, forward and backward.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Pass">Both passes; temporaries are the scope's.</param>
/// <param name="Bytes">What it cannot but move: inputs read, outputs and gradients written, each once.</param>
/// <param name="Flops">Of the matrix products that it cannot do without; 0 where it has none.</param>
internal sealed record MeasuredPart(string Name, Action Pass, double Bytes, double Flops = 0)
{
    private const int Repetitions = 7;

    /// <summary>Seconds of both passes: the least of some, of which the first is not counted.</summary>
    public double Seconds() => Least(Pass);

    /// <summary>What it takes at least on a machine that copies and multiplies so fast.</summary>
    public double Floor(double bytesPerSecond, double flopsPerSecond) => Math.Max(Bytes / bytesPerSecond, Flops / flopsPerSecond);

    public static double Least(Action work)
    {
        double least = double.PositiveInfinity;
        for (int i = 0; i <= Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using (NewDisposeScope()) work();
            if (i > 0) least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return least;
    }
}
