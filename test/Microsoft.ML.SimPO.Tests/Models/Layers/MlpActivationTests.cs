using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public class MlpActivationTests
{
    [Theory]
    [InlineData(nameof(Activation.Silu))]
    [InlineData(nameof(Activation.Gelu))]
    [InlineData(nameof(Activation.GeluTanh))]
    [InlineData(nameof(Activation.ReluSquared))]
    public void The_gradient_of_a_plain_activation_is_its_slope(string kind) => Check(new PlainActivation(Enum.Parse<Activation>(kind)), 9);

    [Fact]
    public void Squared_relu_is_0_below_0_and_the_square_above()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new float[] { -2, 0, 0.5f, 3 }, [1, 4]);
        Assert.Equal([0f, 0, 0.25f, 9], new PlainActivation(Activation.ReluSquared).Forward(x).data<float>().ToArray());
    }

    /// <summary>Away from the clamps, where a step over one has no slope.</summary>
    [Theory]
    [InlineData(7, 1.702)]
    [InlineData(1.5, 1)]
    public void The_gradient_of_the_clamped_one_is_its_slope(double limit, double alpha) => Check(new ClampedSwiGlu(limit, alpha), 10);

    /// <summary>By hand: gate 3 is clamped to 2 and up -5 to -2: (-2 + 1) 2 / (1 + e^-2); neither moves.</summary>
    [Fact]
    public void What_is_clamped_has_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        var activation = new ClampedSwiGlu(2, 1);
        Tensor projected = tensor(new float[] { 3, -5, 1, 1 }, [1, 4]);
        float[] output = activation.Forward(projected).data<float>().ToArray();
        Assert.Equal(-2 / (1 + Math.Exp(-2)), output[0], 1e-6);
        Assert.Equal(2 / (1 + Math.Exp(-1)), output[1], 1e-6);
        activation.BackwardInPlace(ones(1, 2), projected);
        float[] gradient = projected.data<float>().ToArray();
        Assert.Equal([0f, 0f], gradient[..2]);
        double sigmoid = 1 / (1 + Math.Exp(-1));
        Assert.Equal(2 * (sigmoid + (sigmoid * (1 - sigmoid))), gradient[2], 1e-6);
        Assert.Equal(sigmoid, gradient[3], 1e-6);
    }

    [Fact]
    public void The_slopes_of_xielu_are_learned()
    {
        using DisposeScope scope = NewDisposeScope();
        using Parameter positive = Slopes.Trained(1, 0, 0.3, 1), negative = Slopes.Trained(2, 0, -0.4, 1);
        using Parameter beta = Slopes.Trained(3, 0, 0.45, 1), epsilon = Slopes.Trained(4, 0, -1e-6, 1);
        var activation = new XIelu(new XIeluParameters(positive, negative, beta, epsilon));
        Check(activation, 9);
        Tensor x = Slopes.Values(5, 2, 6, 9), weights = Slopes.Values(6, 1, 6, 9);
        foreach (Parameter alpha in new[] { positive, negative }) alpha.Gradient.zero_();
        activation.BackwardInPlace(weights, x.clone());
        double Loss() => Slopes.Weighed(activation.Forward(x), weights);
        Slopes.Check("alpha_p", Loss, positive.Value, positive.Gradient);
        Slopes.Check("alpha_n", Loss, negative.Value, negative.Gradient);
        XIeluCoefficients numbers = XIeluCoefficients.Of(new XIeluParameters(positive, negative, beta, epsilon));
        foreach ((float at, float found) in x.data<float>().Zip(activation.Forward(x).data<float>())) Assert.Equal(numbers.Apply(at), found, 1e-5f);
    }

    private static void Check(IMlpActivation activation, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        // Of values that no clamp and no kink is near.
        Tensor x = Slopes.Values(7, 1, 6, columns);
        x.add_(x.sign() * 0.05f);
        Tensor weights = Slopes.Values(8, 1, activation.Forward(x).shape), gradient = x.clone();
        activation.BackwardInPlace(weights, gradient);
        Slopes.Check("x", () => Slopes.Weighed(activation.Forward(x), weights), x, gradient);
    }
}
