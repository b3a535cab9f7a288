namespace Microsoft.ML.SimPO;

/// <summary>What supervised fine-tuning minimises of each scored token, with p the probability that the model gives to it.</summary>
public enum SftLossType
{
    /// <summary>-log p, the cross entropy. The default.</summary>
    Nll,

    /// <summary>
    /// -p log p with p before the logarithm held constant: dynamic fine-tuning (arXiv 2508.05629), which learns less from what the model finds unlikely.
    /// </summary>
    Dft,
}
