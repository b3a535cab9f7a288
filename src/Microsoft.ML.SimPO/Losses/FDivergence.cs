namespace Microsoft.ML.SimPO;

/// <summary>Which divergence from the reference model a DPO loss is derived with (Wang et al. 2023, arXiv 2309.16240).</summary>
public enum FDivergence
{
    /// <summary>The reverse KL divergence, which is DPO's own: the log-ratio r = log p - log p of the reference itself. The default.</summary>
    ReverseKl,

    /// <summary>The forward KL divergence: 1 - e^-r in place of r.</summary>
    ForwardKl,

    /// <summary>The Jensen-Shannon divergence: log 2 + log sigma(r).</summary>
    JensenShannon,

    /// <summary>The alpha divergence: (e^((a - 1) r) - 1) / (a - 1), whose limit at a = 1 is <see cref="ReverseKl"/>.</summary>
    Alpha,
}
