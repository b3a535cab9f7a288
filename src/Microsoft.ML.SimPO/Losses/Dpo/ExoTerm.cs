namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// EXO for pairs (Ji et al. 2024, arXiv 2402.00856, equation 16): the reverse KL divergence of (1 - s, s) from (q, 1 - q), q = sigma(beta z):
/// q log(q / (1 - s)) + (1 - q) log((1 - q) / s), whose slope is beta q (1 - q) (beta z - log((1 - s) / s)). It needs s above 0.
/// </summary>
internal sealed record ExoTerm(double Beta, double Smoothing) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        double x = Beta * z, q = Logistic.Of(x), other = Logistic.Of(-x), right = Math.Log(1 - Smoothing), wrong = Math.Log(Smoothing);
        return ((q * (LogSigmoid.Of(x) - right)) + (other * (LogSigmoid.Of(-x) - wrong)), Beta * q * other * (x - right + wrong));
    }
}
