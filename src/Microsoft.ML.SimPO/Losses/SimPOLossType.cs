namespace Microsoft.ML.SimPO;

/// <summary>The function of the margin u = mean log p(chosen) - mean log p(rejected) - gamma / beta.</summary>
public enum SimPOLossType
{
    /// <summary>-(1 - s) log sigma(beta u) - s log sigma(-beta u), with s the label smoothing (arXiv 2405.14734, equation 6).</summary>
    Sigmoid,

    /// <summary>max(0, 1 - beta u), the hinge of SLiC (arXiv 2305.10425); label smoothing has no meaning here.</summary>
    Hinge,
}
