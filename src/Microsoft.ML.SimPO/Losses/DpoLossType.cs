namespace Microsoft.ML.SimPO;

/// <summary>
/// What DPO minimises: a function of r = log p - log p of the reference of both answers, sums over their tokens where nothing else is said, and of z = r of the
/// chosen minus r of the rejected one. sigma is the logistic function, s the label smoothing.
/// </summary>
public enum DpoLossType
{
    /// <summary>DPO: -log sigma(beta z) (arXiv 2305.18290, equation 7); with s -(1 - s) log sigma(beta z) - s log sigma(-beta z). The default.</summary>
    Sigmoid,

    /// <summary>max(0, 1 - beta z) (arXiv 2309.06657).</summary>
    Hinge,

    /// <summary>IPO: (z - 1 / (2 beta))^2 with r a mean over tokens (arXiv 2310.12036, equation 17).</summary>
    Ipo,

    /// <summary>EXO, with q = sigma(beta z): q log(q / (1 - s)) + (1 - q) log((1 - q) / s) (arXiv 2402.00856). s must be above 0: 1e-3.</summary>
    ExoPair,

    /// <summary>NCA: -log sigma(beta r_c) - 1/2 log sigma(-beta r_c) - 1/2 log sigma(-beta r_r) (arXiv 2402.05369).</summary>
    NcaPair,

    /// <summary>Robust DPO: (-(1 - s) log sigma(beta z) + s log sigma(-beta z)) / (1 - 2 s) (arXiv 2403.00409), s the share of wrong labels.</summary>
    Robust,

    /// <summary>BCO: -log sigma(beta r_c) - log sigma(-beta r_r) (arXiv 2404.04656).</summary>
    BcoPair,

    /// <summary>SPPO with hard labels: (r_c - 1 / (2 beta))^2 + (r_r + 1 / (2 beta))^2 (arXiv 2405.00675).</summary>
    SppoHard,

    /// <summary>AOT: the sigmoid loss of log p of chosen minus rejected, sorted over the step, against the reference's, sorted (arXiv 2406.05882).</summary>
    Aot,

    /// <summary>AOT without pairs: the sigmoid loss of r_c sorted over the step minus r_r sorted over the step.</summary>
    AotUnpaired,

    /// <summary>APO-zero: 1 - sigma(beta r_c) + sigma(beta r_r) (arXiv 2408.06266), for chosen answers better than the model's own.</summary>
    ApoZero,

    /// <summary>APO-down: sigma(beta r_c) + 1 - sigma(beta z) (arXiv 2408.06266), for chosen answers worse than the model's own.</summary>
    ApoDown,

    /// <summary>
    /// DiscoPOP: with l = beta z and w = sigma(l / tau), -(1 - w) log sigma(l) + w e^-l (arXiv 2406.08414). With tau below 0.1 it first lowers the margin.
    /// </summary>
    DiscoPop,

    /// <summary>The sigmoid loss with r a mean over tokens: -log sigma(beta z).</summary>
    SigmoidNorm,

    /// <summary>-log p of the chosen answer's tokens, without reference and beta, as a term of a mix: see <see cref="SftNormalization"/>.</summary>
    Sft,
}
