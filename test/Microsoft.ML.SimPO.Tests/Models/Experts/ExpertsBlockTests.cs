using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class ExpertsBlockTests
{
    private const int Rows = 7, Hidden = 32, Intermediate = 12;

    /// <summary>Expert 3 of 5 is never chosen: its logits are far below the others'.</summary>
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(false, 5)]
    public void Output_and_gradients_are_those_of_every_expert_computed_on_every_row(bool renormalizes, int perToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder decoder = Make(new ExpertArchitecture(5, perToken, Intermediate, renormalizes));
        LayerParameters layer = decoder.Layers[0].Parameters;
        var block = new ExpertsBlock(decoder.Architecture, layer, layer.Experts!);
        foreach (Parameter parameter in decoder.Parameters) parameter.Train();
        Tensor input = Values(1, Rows, Hidden), gradient = Values(2, Rows, Hidden);
        using var kept = new LayerActivations();
        Tensor output = block.Forward(input, kept), inputGradient = block.Backward(gradient, input, kept);

        Parameter[] parameters = [layer.MlpNorm!.Weight!, .. layer.Experts!.All];
        Tensor[] leaves = [input.clone().requires_grad_(), .. parameters.Select(p => p.Value.clone().requires_grad_())];
        Tensor expected = Reference(leaves, layer.Experts.Architecture, decoder.Architecture.NormEpsilon);
        expected.backward([gradient]);
        AssertClose(expected, output);
        AssertClose(leaves[0].grad!, inputGradient);
        for (int i = 0; i < parameters.Length; i++) AssertClose(leaves[i + 1].grad ?? zeros_like(leaves[i + 1]), parameters[i].Gradient);
    }

    [Fact]
    public void Rows_stand_in_the_order_of_their_experts()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 3, 1, 0, 0, 3, 1, 1, 3, 0 }, [3, 3]); // rows choose 0 and 1, 1 and 2, 1 and 0
        var routing = new ExpertRouting(new ExpertArchitecture(3, 2, 4, Renormalizes: true), logits);
        Assert.Equal([(0, 0, 2), (1, 2, 3), (2, 5, 1)], routing.Groups);
        Assert.Equal([0L, 2, 0, 1, 2, 1], routing.Rows.data<long>().ToArray());
        float large = (float)(1 / (1 + Math.Exp(-2))), small = 1 - large; // e^3 / (e^3 + e^1)
        float[] expected = [large, small, small, large, large, small];
        foreach ((float weight, float found) in expected.Zip(routing.Weights.data<float>())) Assert.Equal(weight, found, 1e-6f);
    }

    private static Decoder Make(ExpertArchitecture experts)
    {
        DecoderArchitecture architecture = RandomDecoder.Architecture with { Layers = [new LayerArchitecture(null, 0, experts)] };
        Decoder decoder = RandomDecoder.Make(3, architecture);
        if (experts.PerToken < experts.Count)
        {
            // Every row's first value is positive, so this expert's logit is the smallest.
            using Tensor row = decoder.Layers[0].Parameters.Experts!.Router.Value.narrow(0, 3, 1);
            row.zero_();
            using Tensor first = row.narrow(1, 0, 1);
            first.fill_(-50);
        }
        return decoder;
    }

    private static Tensor Reference(Tensor[] leaves, ExpertArchitecture experts, double epsilon)
    {
        Tensor x = leaves[0] * rsqrt(leaves[0].square().mean([-1L], keepdim: true) + epsilon) * leaves[1];
        Tensor probabilities = softmax(matmul(x, leaves[2].t()), -1);
        (Tensor top, Tensor chosen) = topk(probabilities, experts.PerToken);
        Tensor weights = zeros_like(probabilities).scatter(1, chosen, experts.Renormalizes ? top / top.sum(-1, keepdim: true) : top); // [rows, experts]
        Tensor sum = zeros_like(x);
        for (int e = 0; e < experts.Count; e++)
        {
            Tensor gateUp = matmul(x, leaves[3 + (2 * e)].t());
            Tensor inner = nn.functional.silu(gateUp.narrow(1, 0, Intermediate)) * gateUp.narrow(1, Intermediate, Intermediate);
            sum = sum + (matmul(inner, leaves[4 + (2 * e)].t()) * weights.narrow(1, e, 1));
        }
        return sum;
    }

    private static Tensor Values(int seed, params long[] shape)
    {
        var random = new Random(seed);
        Tensor values = tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), shape);
        values.narrow(1, 0, 1).abs_().add_(0.1f);
        return values;
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        Assert.True((expected - found).abs().max().item<float>() <= 2e-5f, $"{(expected - found).abs().max().item<float>()}");
    }
}
