using System.Diagnostics;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>How fast this process computes, measured in a moment.</summary>
/// <param name="OperationsPerSecond">Of products of matrices.</param>
/// <param name="BytesPerSecond">Read and written, of a copy.</param>
/// <param name="SecondsPerCall">Of an operation on one number.</param>
internal sealed record ComputeRates(double OperationsPerSecond, double BytesPerSecond, double SecondsPerCall)
{
    /// <summary>How fast attention is beside products of weights: its kernels compute with a mask what is not seen, too.</summary>
    public const double AttentionShare = 0.2;

    private const int Calls = 200, Most = 1024;

    private const long CopiedNumbers = 1 << 22;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(80);

    /// <param name="shape">Rows, inner size and columns of the products that the run has most of; large ones are measured by smaller ones.</param>
    public static ComputeRates Measure((long Rows, long Inner, long Columns) shape, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        (long rows, long inner, long columns) = (Math.Min(shape.Rows, Most), Math.Min(shape.Inner, Most), Math.Min(shape.Columns, 2 * Most));
        Tensor input = rand([rows, inner], float32, device), weight = rand([columns, inner], float32, device), sum = zeros_like(weight);
        Tensor gradient = rand([rows, columns], float32, device);
        Tensor from = rand([CopiedNumbers], float32, device), to = empty_like(from), one = ones([1], float32, device);
        // The three products of a linear layer, into memory that is as fresh as a layer's.
        double products = Mean(() =>
        {
            using DisposeScope temporary = NewDisposeScope();
            MatrixProducts.Of(input, weight.t());
            MatrixProducts.Of(gradient, weight);
            MatrixProducts.Add(sum, gradient.t(), input);
        });
        double copy = Mean(() => to.copy_(from));
        double call = Mean(() =>
        {
            for (int i = 0; i < Calls; i++) (one * one).Dispose();
        });
        return new ComputeRates(6.0 * rows * inner * columns / products, 2.0 * sizeof(float) * CopiedNumbers / copy, call / Calls);

        double Mean(Action work)
        {
            void Wait()
            {
                if (device.type == DeviceType.CUDA) cuda.synchronize();
            }
            work(); // makes what is made once
            Wait();
            long start = Stopwatch.GetTimestamp();
            int count = 0;
            for (; count < 3 || Stopwatch.GetElapsedTime(start) < Shortest; count++)
            {
                work();
                Wait();
            }
            return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
        }
    }
}
