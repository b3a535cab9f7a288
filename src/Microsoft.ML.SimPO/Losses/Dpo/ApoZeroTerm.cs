namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// APO-zero (D'Oosterlinck et al. 2024, arXiv 2408.06266), where chosen answers are better than the model's own: 1 - sigma(beta r_c) + sigma(beta r_r) raises
/// them and lowers the others.
/// </summary>
internal sealed record ApoZeroTerm(double Beta) : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        double chosen = Beta * ratios.Chosen, rejected = Beta * ratios.Rejected;
        return new TermLoss(Logistic.Of(-chosen) + Logistic.Of(rejected), -Beta * Logistic.SlopeAt(chosen), Beta * Logistic.SlopeAt(rejected));
    }
}
