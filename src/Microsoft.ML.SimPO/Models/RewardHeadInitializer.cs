using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Begins the head of a reward model as Hugging Face does: normally distributed around 0.</summary>
internal static class RewardHeadInitializer
{
    /// <param name="range">The standard deviation.</param>
    /// <param name="seed">Where the random numbers begin.</param>
    public static void Fill(Decoder decoder, double range, int seed)
    {
        Parameter head = decoder.Head;
        Random random = WeightRandom.Of(seed, RewardHead.WeightName);
        float[] values = [.. Enumerable.Range(0, checked((int)head.Count)).Select(_ => (float)(range * Normal(random)))];
        using WeightLease lease = head.Enter(WeightUse.Write);
        using Tensor source = tensor(values, head.Shape, float32, CPU);
        head.Value.copy_(source);
    }

    /// <summary>Box and Muller's.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
