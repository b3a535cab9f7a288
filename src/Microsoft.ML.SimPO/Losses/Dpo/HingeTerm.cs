namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>
/// The hinge of SLiC (Zhao et al. 2023, arXiv 2305.10425) on DPO's margin (RSO, arXiv 2309.06657): max(0, 1 - beta z), with slope -beta where beta z &lt; 1,
/// else 0.
/// </summary>
internal sealed record HingeTerm(double Beta) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        (double value, double derivative) = MarginLoss.Hinge(Beta * z);
        return (value, Beta * derivative);
    }
}
