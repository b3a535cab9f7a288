namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// NCA for pairs (Chen et al. 2024, arXiv 2402.05369, equation 13), which keeps the chosen answer's likelihood from falling:
/// -log sigma(beta r_c) - 1/2 log sigma(-beta r_c) - 1/2 log sigma(-beta r_r).
/// </summary>
internal sealed record NcaTerm(double Beta) : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        double chosen = Beta * ratios.Chosen, rejected = Beta * ratios.Rejected;
        return new TermLoss(
            -LogSigmoid.Of(chosen) - (0.5 * LogSigmoid.Of(-chosen)) - (0.5 * LogSigmoid.Of(-rejected)),
            Beta * ((0.5 * Logistic.Of(chosen)) - Logistic.Of(-chosen)),
            Beta * 0.5 * Logistic.Of(rejected));
    }
}
