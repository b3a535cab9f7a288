namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>IPO (Azar et al. 2023, arXiv 2310.12036, equation 17): (z - 1 / (2 beta))^2, with slope 2 (z - 1 / (2 beta)).</summary>
internal sealed record IpoTerm(double Beta) : MarginTerm
{
    protected override (double Value, double Slope) Of(double z)
    {
        double distance = z - (1 / (2 * Beta));
        return (distance * distance, 2 * distance);
    }
}
