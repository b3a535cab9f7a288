namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// DiscoPOP, the log-ratio modulated loss (Lu et al. 2024, arXiv 2406.08414, equation 6): with l = beta z and w = sigma(l / tau),
/// -(1 - w) log sigma(l) + w e^-l. Its slope in l, w (1 - w) / tau (log sigma(l) + e^-l) - (1 - w) sigma(-l) - w e^-l, is above 0 at z = 0 where tau is below
/// 0.1: training first lowers the margin.
/// </summary>
internal sealed record DiscoPopTerm(double Beta, double Tau) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        double l = Beta * z, w = Logistic.Of(l / Tau), rest = Logistic.Of(-l / Tau);
        double exponential = Math.Exp(LogSigmoid.Of(l / Tau) - l); // w e^-l, where e^-l alone has no number
        double logistic = LogSigmoid.Of(l);
        return (
            exponential - (rest * logistic),
            Beta * ((w * rest / Tau * logistic) + (rest / Tau * exponential) - (rest * Logistic.Of(-l)) - exponential));
    }
}
