namespace Microsoft.ML.SimPO;

/// <summary>The function of the difference of the answers' log-probabilities that CPO is trained with.</summary>
public enum CpoLossType
{
    /// <summary>With z = beta (log p(chosen) - log p(rejected)): -(1 - s) log sigma(z) - s log sigma(-z), with s the label smoothing. The default.</summary>
    Sigmoid,

    /// <summary>max(0, 1 - z), SLiC's (arXiv 2305.10425).</summary>
    Hinge,

    /// <summary>(mean log p(chosen) - mean log p(rejected) - 1 / (2 beta))^2, with means over an answer's tokens (arXiv 2310.12036).</summary>
    Ipo,
}
