using TorchSharp;

namespace Microsoft.ML.SimPO.Native;

public class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        TorchRuntime.EnsureLoaded();
        using torch.Tensor sum = torch.ones(2, 3).sum();
        Assert.Equal(6f, sum.item<float>());
        Assert.Null(NativeLoader.Failure);
    }
}
