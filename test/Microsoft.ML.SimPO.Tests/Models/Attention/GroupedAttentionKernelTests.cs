using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

public sealed class GroupedAttentionKernelTests
{
    private const double Scale = 0.3;

    private const int HeadDim = 8;

    /// <summary>libtorch's own kernel, forward and backward: a whole sequence, and queries behind other keys with a window of seven.</summary>
    [Theory]
    [InlineData(4, 4, 12, 12)]
    [InlineData(6, 2, 12, 12)]
    [InlineData(6, 2, 5, 17)]
    [InlineData(8, 1, 1, 9)]
    public void It_computes_what_the_fused_kernel_does(int heads, int keyValueHeads, int rows, int keys)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3, CPU);
        Tensor Numbers(int count, int length) => randn([length, count, HeadDim], float32, CPU, generator: generator).transpose(0, 1).unsqueeze(0);
        Tensor query = Numbers(heads, rows), key = Numbers(keyValueHeads, keys), value = Numbers(keyValueHeads, keys), gradient = Numbers(heads, rows);
        Tensor? mask = rows == keys ? null : Window(rows, keys, 7);
        IAttentionKernel fused = new FusedAttentionKernel(Scale), grouped = new GroupedAttentionKernel(Scale, least: 0);
        (Tensor expected, Tensor expectedSum) = fused.Forward(query, key, value, mask);
        (Tensor found, Tensor foundSum) = grouped.Forward(query, key, value, mask);
        AssertSame(expected, found);
        (Tensor, Tensor, Tensor) expectedGradients = fused.Backward(gradient, query, key, value, expected, expectedSum, mask);
        (Tensor, Tensor, Tensor) foundGradients = grouped.Backward(gradient, query, key, value, found, foundSum, mask);
        AssertSame(expectedGradients.Item1, foundGradients.Item1);
        AssertSame(expectedGradients.Item2, foundGradients.Item2);
        AssertSame(expectedGradients.Item3, foundGradients.Item3);
    }

    /// <summary>Of query i, which has the position keys - rows + i.</summary>
    private static Tensor Window(int rows, int keys, int window)
    {
        float[] mask = [.. from q in Enumerable.Range(keys - rows, rows) from k in Enumerable.Range(0, keys)
            select k <= q && k > q - window ? 0 : float.NegativeInfinity];
        return tensor(mask, [rows, keys]);
    }

    private static void AssertSame(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.Equal(0, (expected - found).abs().max().item<float>(), 1e-5);
    }
}
