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

    private static float Half(float value)
    {
        using torch.Tensor tensor = torch.full(1 << 20, value); // large enough for libtorch's workers
        using torch.Tensor half = tensor * 0.5f;
        return half.max().item<float>();
    }
}
