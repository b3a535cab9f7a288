namespace Microsoft.ML.SimPO.Losses;

internal static class Logistic
{
    /// <summary>sigma(z) = 1 / (1 + e^-z)</summary>
    public static double Of(double z) => 1 / (1 + Math.Exp(-z));

    /// <summary>d sigma / dz = sigma(z) sigma(-z)</summary>
    public static double SlopeAt(double z) => Of(z) * Of(-z);
}
