using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Compares gradients with differences of what is computed, along random directions.</summary>
internal static class Slopes
{
    private const float Step = 4e-3f;

    /// <summary>Random values, the same for the same seed.</summary>
    public static Tensor Values(int seed, double size, params long[] shape)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(((2 * random.NextDouble()) - 1) * size))], shape);
    }

    /// <summary>A parameter that is trained, with such values.</summary>
    public static Parameter Trained(int seed, double size, double offset, params long[] shape)
    {
        var parameter = new Parameter(ParameterKind.Coefficient, CPU, ("x", shape));
        using Tensor values = Values(seed, size, parameter.Shape);
        parameter.Value.copy_(values + offset);
        parameter.Train();
        return parameter;
    }

    /// <summary>The sum of outputs times weights, in doubles: a loss whose gradient by the output is the weights.</summary>
    public static double Weighed(Tensor output, Tensor weights) => (output.to(float64) * weights.to(float64)).sum().item<double>();

    /// <param name="name">What it is, for messages.</param>
    /// <param name="loss">Computed anew from the values.</param>
    /// <param name="values">What the loss depends on; it is moved and put back.</param>
    /// <param name="gradient">Of the loss by the values.</param>
    public static void Check(string name, Func<double> loss, Tensor values, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor before = values.clone();
        for (int seed = 0; seed < 4; seed++)
        {
            Tensor direction = Values(100 + seed, 1, values.shape);
            double At(float step)
            {
                values.copy_(before + (direction * step));
                return loss();
            }
            double slope = (At(Step) - At(-Step)) / (2 * Step), expected = (gradient.to(float64) * direction.to(float64)).sum().item<double>();
            double size = Math.Sqrt((gradient.to(float64).square() * direction.to(float64).square()).sum().item<double>());
            values.copy_(before);
            Differences.AssertClose($"{name}, direction {seed}", expected, slope, (5e-3 * size) + 1e-4);
        }
    }
}
