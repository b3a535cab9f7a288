namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// SPPO with hard labels (Wu et al. 2024, arXiv 2405.00675, equation 4.7): (r_c - 1 / (2 beta))^2 + (r_r + 1 / (2 beta))^2.
/// </summary>
internal sealed record SppoHardTerm(double Beta) : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        double chosen = ratios.Chosen - (0.5 / Beta), rejected = ratios.Rejected + (0.5 / Beta);
        return new TermLoss((chosen * chosen) + (rejected * rejected), 2 * chosen, 2 * rejected);
    }
}
