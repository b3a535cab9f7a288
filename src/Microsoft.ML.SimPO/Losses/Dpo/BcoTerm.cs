namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// BCO for pairs (Jung et al. 2024, arXiv 2404.04656), without its running mean of rewards, as TRL 1.16 has it: a classifier's loss of both answers,
/// -log sigma(beta r_c) - log sigma(-beta r_r).
/// </summary>
internal sealed record BcoTerm(double Beta) : IPairTerm
{
    public TermLoss Evaluate(in LogRatios ratios)
    {
        double chosen = Beta * ratios.Chosen, rejected = Beta * ratios.Rejected;
        return new TermLoss(-LogSigmoid.Of(chosen) - LogSigmoid.Of(-rejected), -Beta * Logistic.Of(-chosen), Beta * Logistic.Of(rejected));
    }
}
