namespace Microsoft.ML.SimPO;

/// <summary>What KTO minimises, with r = log p - log p of the reference of an answer, a sum over its tokens.</summary>
public enum KtoLossType
{
    /// <summary>
    /// KTO (arXiv 2402.01306, equation 8): 1 - sigma(beta (r - kl)) for a desirable answer, 1 - sigma(beta (kl - r)) for another, with kl an estimate of the
    /// divergence from the reference. The default.
    /// </summary>
    Kto,

    /// <summary>APO-zero without pairs (arXiv 2408.06266): 1 - sigma(beta r) and sigma(beta r), without kl.</summary>
    ApoZeroUnpaired,
}
