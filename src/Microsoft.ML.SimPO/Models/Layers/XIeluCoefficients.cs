using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>The numbers that <see cref="XIelu"/> computes with.</summary>
/// <param name="Above">Of x^2, where x is above 0.</param>
/// <param name="Below">Of e^min(x, epsilon) - 1 - x, where it is not.</param>
/// <param name="Beta">Of x, everywhere.</param>
internal readonly record struct XIeluCoefficients(float Above, float Below, float Beta, float Epsilon)
{
    /// <summary>The weights are entered.</summary>
    public static XIeluCoefficients Of(XIeluParameters parameters)
    {
        float beta = Number(parameters.Beta);
        return new(
            (float)Softplus(Number(parameters.AlphaPositive)), (float)(beta + Softplus(Number(parameters.AlphaNegative))), beta, Number(parameters.Epsilon));
    }

    public float Apply(float x) => x > 0 ? (Above * x * x) + (Beta * x) : (float)(Below * (Math.Exp(MathF.Min(x, Epsilon)) - 1 - x)) + (Beta * x);

    private static float Number(Parameter parameter) => parameter.Value.item<float>();

    private static double Softplus(double x) => Math.Log(1 + Math.Exp(-Math.Abs(x))) + Math.Max(x, 0);
}
