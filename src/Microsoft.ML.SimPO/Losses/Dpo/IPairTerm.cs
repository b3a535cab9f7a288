namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>One of the functions of a pair's log-ratios that DPO and its kin minimise. Implementations are pure.</summary>
internal interface IPairTerm
{
    TermLoss Evaluate(in LogRatios ratios);
}
