using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>How many tensors the process holds: what a leak test compares before and after.</summary>
internal static class LiveTensors
{
    /// <summary>Those that only a finalizer would free count too: they are what must not be left behind.</summary>
    public static long Count => Tensor.TotalCount;

    /// <summary>The count to compare with: what other tests left to the collector is collected first.</summary>
    public static long CountWithoutGarbage()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Tensor.TotalCount;
    }
}
