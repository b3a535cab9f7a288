namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a scaled margin z costs: value and derivative with respect to it.</summary>
internal static class MarginLoss
{
    /// <summary>-(1 - s) log sigma(z) - s log sigma(-z)</summary>
    /// <param name="smoothing">s, from 0 to below 0.5: how often a label is taken to be wrong.</param>
    public static (double Value, double Derivative) Sigmoid(double z, double smoothing) =>
        (-((1 - smoothing) * LogSigmoid.Of(z)) - (smoothing * LogSigmoid.Of(-z)), Logistic.Of(z) - (1 - smoothing));

    /// <summary>max(0, 1 - z)</summary>
    public static (double Value, double Derivative) Hinge(double z) => z < 1 ? (1 - z, -1) : (0, 0);
}
