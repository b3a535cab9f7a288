using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>How fast this process computes, measured in a moment.</summary>
/// <param name="OperationsPerSecond">Of products of matrices.</param>
/// <param name="BytesPerSecond">Read and written, of a copy.</param>
/// <param name="SecondsPerCall">Of an operation on one number.</param>
internal sealed record ComputeRates(double OperationsPerSecond, double BytesPerSecond, double SecondsPerCall)
{
    /// <summary>How fast attention is beside products of weights.</summary>
    public const double AttentionShare = 0.35;

    private const int Calls = 200, Most = 1024;

    private const long CopiedNumbers = 1 << 22;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(60);

    /// <param name="shape">Rows, inner size and columns of the products that the run has most of; large ones are measured by smaller ones.</param>
    public static ComputeRates Measure((long Rows, long Inner, long Columns) shape, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (long rows, long inner, long columns) = (Math.Min(shape.Rows, Most), Math.Min(shape.Inner, Most), Math.Min(shape.Columns, 2 * Most));
        Tensor a = rand([rows, inner], float32, device), b = rand([inner, columns], float32, device), result = empty([rows, columns], float32, device);
        Tensor from = rand([CopiedNumbers], float32, device), to = empty_like(from), one = ones([1], float32, device);
        double product = Median(() => result.addmm_(a, b, beta: 0, alpha: 1)), copy = Median(() => to.copy_(from));
        double call = Median(() =>
        {
            for (int i = 0; i < Calls; i++) one.mul_(one);
        });
        return new ComputeRates(2.0 * rows * inner * columns / product, 2.0 * sizeof(float) * CopiedNumbers / copy, call / Calls);

        double Median(Action work)
        {
            List<double> seconds = [];
            void Wait()
            {
                if (device.type == DeviceType.CUDA) cuda.synchronize();
            }
            long start = Stopwatch.GetTimestamp();
            while (seconds.Count < 4 || Stopwatch.GetElapsedTime(start) < Least)
            {
                long begin = Stopwatch.GetTimestamp();
                work();
                Wait();
                seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }
            return seconds.Skip(1).Order().ElementAt((seconds.Count - 1) / 2);
        }
    }
}
