namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// Robust DPO (Chowdhury et al. 2024, arXiv 2403.00409, equation 12), without the bias of labels of which a share s is wrong:
/// (-(1 - s) log sigma(beta z) + s log sigma(-beta z)) / (1 - 2 s), whose slope is -beta ((1 - s) sigma(-beta z) + s sigma(beta z)) / (1 - 2 s). It can be
/// negative.
/// </summary>
internal sealed record RobustTerm(double Beta, double Smoothing) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        double x = Beta * z, scale = 1 / (1 - (2 * Smoothing));
        return (
            scale * ((Smoothing * LogSigmoid.Of(-x)) - ((1 - Smoothing) * LogSigmoid.Of(x))),
            -Beta * scale * (((1 - Smoothing) * Logistic.Of(-x)) + (Smoothing * Logistic.Of(x))));
    }
}
