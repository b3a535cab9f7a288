namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// AlphaPO's reward (Gupta et al. 2025, arXiv 2501.03884), with m the mean log-probability of the answer's tokens: scale times
/// (1 - e^(-alpha m)) / alpha, whose limit at alpha 0 is m. Where -alpha m is above 80 it goes on as a straight line, so that no log-probability overflows.
/// </summary>
[RewardName("AlphaPO")]
internal sealed record AlphaReward(double Scale, double Alpha) : IReward
{
    private const double MostExponent = 80;

    public double Value(in AnswerScore answer)
    {
        double exponent = -Alpha * answer.Mean, curved = Math.Min(exponent, MostExponent);
        double risen = 2 * Math.Exp(curved / 2) * Math.Sinh(curved / 2); // e^x - 1 without cancellation near 0
        return -(risen + (Math.Exp(curved) * (exponent - curved))) / Alpha;
    }

    /// <summary>d <see cref="Value"/> / d m</summary>
    public double Slope(in AnswerScore answer) => Math.Exp(Math.Min(-Alpha * answer.Mean, MostExponent));
}
