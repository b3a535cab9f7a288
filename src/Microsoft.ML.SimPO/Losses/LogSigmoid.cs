namespace Microsoft.ML.SimPO.Losses;

internal static class LogSigmoid
{
    /// <summary>log(1 / (1 + e^-z)) without overflow.</summary>
    public static double Of(double z) => Math.Min(z, 0) - double.LogP1(Math.Exp(-Math.Abs(z)));
}
