using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class AttentionSinksTests
{
    private const int Heads = 4, KeyHeads = 2, Rows = 6, Dim = 8;

    private static readonly double Scale = 1 / Math.Sqrt(Dim);

    public static TheoryData<string> Kernels => ["fused", "products"];

    /// <summary>Against a softmax over the keys and one more column, whose share is dropped, and autograd through it.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_sink_takes_its_share_of_the_softmax(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        IAttentionKernel kernel = kind == "fused" ? new FusedAttentionKernel(Scale) : new ProductAttentionKernel(Scale);
        using Parameter sinks = Slopes.Trained(1, 1, 0.5, Heads);
        Tensor query = Slopes.Values(2, 1, 1, Heads, Rows, Dim), key = Slopes.Values(3, 1, 1, KeyHeads, Rows, Dim);
        Tensor value = Slopes.Values(4, 1, 1, KeyHeads, Rows, Dim), gradient = Slopes.Values(5, 1, 1, Heads, Rows, Dim);
        (Tensor plain, Tensor logSumExp) = kernel.Forward(query, key, value, null);
        (Tensor output, Tensor all) = AttentionSinks.Apply(plain, logSumExp, sinks.Value);
        AttentionSinks.Backward(sinks, gradient, output, all);
        (Tensor q, Tensor k, Tensor v) = kernel.Backward(gradient, query, key, value, output, all, null);

        Tensor[] leaves = [.. new[] { query, key, value, sinks.Value }.Select(t => t.clone().requires_grad_())];
        Tensor expected = Reference(leaves);
        expected.backward([gradient]);
        AssertClose("output", expected.detach(), output);
        foreach ((string name, Tensor leaf, Tensor found) in new[] { ("query", leaves[0], q), ("key", leaves[1], k), ("value", leaves[2], v) })
            AssertClose(name, leaf.grad!, found);
        AssertClose("sinks", leaves[3].grad!, sinks.Gradient);
    }

    private static Tensor Reference(Tensor[] leaves)
    {
        Tensor keys = leaves[1].repeat_interleave(Heads / KeyHeads, 1), values = leaves[2].repeat_interleave(Heads / KeyHeads, 1);
        Tensor hidden = full([Rows, Rows], float.NegativeInfinity).triu(1);
        Tensor scores = (matmul(leaves[0], keys.transpose(2, 3)) * Scale) + hidden;
        Tensor shares = softmax(cat([scores, leaves[3].view(1, Heads, 1, 1).expand(1, Heads, Rows, 1)], -1), -1);
        return matmul(shares.narrow(-1, 0, Rows), values);
    }

    private static void AssertClose(string name, Tensor expected, Tensor found) =>
        Differences.AssertClose(name, expected.contiguous().data<float>().ToArray(), found.contiguous().data<float>().ToArray(), 2e-5);
}
