using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Products of two 2048 x 2048 matrices: what the machine can do.</summary>
internal static class GemmRate
{
    private const long Size = 2048;
    private const int Products = 4;

    public static Workload Workload()
    {
        Tensor a = randn(Size, Size), b = randn(Size, Size);
        return new Workload(2.0 * Size * Size * Size * Products / 1e9, Multiply, () =>
        {
            a.Dispose();
            b.Dispose();
        });

        void Multiply()
        {
            for (int i = 0; i < Products; i++) mm(a, b).Dispose();
        }
    }
}
