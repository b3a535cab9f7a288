namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// APO-down (D'Oosterlinck et al. 2024, arXiv 2408.06266), where the model's own answers are better than the chosen ones:
/// sigma(beta r_c) + 1 - sigma(beta (r_c - r_r)) lowers both, the rejected one more.
/// </summary>
internal sealed record ApoDownTerm(double Beta) : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        double chosen = Beta * ratios.Chosen, margin = Beta * (ratios.Chosen - ratios.Rejected), slope = Logistic.SlopeAt(margin);
        return new TermLoss(Logistic.Of(chosen) + Logistic.Of(-margin), Beta * (Logistic.SlopeAt(chosen) - slope), Beta * slope);
    }
}
