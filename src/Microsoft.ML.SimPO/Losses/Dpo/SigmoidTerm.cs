namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// DPO (Rafailov et al. 2023, arXiv 2305.18290, equation 7), with s above 0 conservative DPO: -(1 - s) log sigma(beta z) - s log sigma(-beta z), whose slope is
/// beta (sigma(beta z) - (1 - s)). AOT (Melnyk et al. 2024, arXiv 2406.05882) is the same of sorted margins.
/// </summary>
internal sealed record SigmoidTerm(double Beta, double Smoothing = 0) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        (double value, double derivative) = MarginLoss.Sigmoid(Beta * z, Smoothing);
        return (value, Beta * derivative);
    }
}
