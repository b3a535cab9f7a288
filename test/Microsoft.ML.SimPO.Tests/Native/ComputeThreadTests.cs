using System.Globalization;
using TorchSharp;

namespace Microsoft.ML.SimPO.Native;

public class ComputeThreadTests
{
    [SkippableFact]
    public void Denormals_are_flushed_on_the_thread_and_kept_on_the_callers()
    {
        Skip.IfNot(Denormals.CanFlush);
        const float denormal = 1e-40f;
        Assert.Equal(0f, ComputeThread.Run("test", () => Half(denormal)));
        Assert.Equal(denormal / 2, Half(denormal));
    }

    [Fact]
    public void The_callers_exception_type_and_message_survive()
    {
        var failure = Assert.Throws<InvalidDataException>(() => ComputeThread.Run<int>("test", () => throw new InvalidDataException("what went wrong")));
        Assert.Equal("what went wrong", failure.Message);
    }

    [Fact]
    public void The_callers_culture_is_there()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string name in new[] { "de-DE", "fr-FR" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
                using IDisposable keeper = ComputeThread.Keep();
                Assert.Equal(name, ComputeThread.Run("test", () => CultureInfo.CurrentCulture.Name));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Kept_threads_are_used_again_and_end_with_the_last_that_keeps_them()
    {
        Thread first, inner;
        using (ComputeThread.Keep())
        {
            using (ComputeThread.Keep()) first = ComputeThread.Run("first", () => Thread.CurrentThread);
            Assert.Throws<InvalidDataException>(() => ComputeThread.Run<int>("second", () => throw new InvalidDataException("what went wrong")));
            Assert.Same(first, ComputeThread.Run("third", () => Thread.CurrentThread));
            Assert.Equal("third", first.Name);
            // Work that runs work needs two.
            inner = ComputeThread.Run("outer", () => ComputeThread.Run("inner", () => Thread.CurrentThread));
            Assert.NotSame(first, inner);
            Assert.True(first.IsAlive && inner.IsAlive);
        }
        Assert.False(first.IsAlive || inner.IsAlive);
        Assert.False(ComputeThread.Run("alone", () => Thread.CurrentThread).IsAlive);
    }

    [Fact]
    public void Many_callers_at_once_get_a_thread_each()
    {
        using IDisposable keeper = ComputeThread.Keep();
        int[] results = new int[64];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => results[i] = ComputeThread.Run("test", () => 3 * i));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => 3 * i), results);
    }

    private static float Half(float value)
    {
        using torch.Tensor tensor = torch.full(1 << 20, value); // large enough for libtorch's workers
        using torch.Tensor half = tensor * 0.5f;
        return half.max().item<float>();
    }
}
