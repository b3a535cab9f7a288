using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class LayerNormTests
{
    /// <summary>By hand: mean 3, deviation sqrt(2), so (-2, -1, 0, 1, 2) / sqrt(2).</summary>
    [Fact]
    public void Rows_have_mean_0_and_deviation_1_before_weight_and_bias()
    {
        using DisposeScope scope = NewDisposeScope();
        using Parameter weight = Slopes.Trained(1, 0, 3, 5), bias = Slopes.Trained(1, 0, 0.5, 5);
        Tensor row = tensor(new float[] { 1, 2, 3, 4, 5 }, [1, 5]);
        float[] output = new LayerNorm(weight, bias, 0).Forward(row).Output.data<float>().ToArray();
        foreach ((float found, int i) in output.Select((v, i) => (v, i))) Assert.Equal((3 * (i - 2) / Math.Sqrt(2)) + 0.5, found, 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_gradients_are_the_slopes(bool hasBias)
    {
        using DisposeScope scope = NewDisposeScope();
        using Parameter weight = Slopes.Trained(1, 0.5, 1, 12), bias = Slopes.Trained(2, 0.5, 0, 12);
        var norm = new LayerNorm(weight, hasBias ? bias : null, 1e-5);
        Tensor input = Slopes.Values(3, 1, 7, 12), weights = Slopes.Values(4, 1, 7, 12);
        double Loss() => Slopes.Weighed(norm.Forward(input).Output, weights);
        Tensor gradient = norm.Backward(weights, input, norm.Forward(input).Statistics);
        Slopes.Check("input", Loss, input, gradient);
        Slopes.Check("weight", Loss, weight.Value, weight.Gradient);
        if (hasBias) Slopes.Check("bias", Loss, bias.Value, bias.Gradient);
    }
}
