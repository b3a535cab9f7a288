namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>What an f-divergence makes of a log-ratio (arXiv 2309.16240, table 1, but for constants).</summary>
/// <param name="Alpha">Of <see cref="FDivergence.Alpha"/>.</param>
internal readonly record struct DivergenceMap(FDivergence Divergence, double Alpha = 1)
{
    /// <summary>e^80 is in the range of float32; beyond it a ratio counts no more.</summary>
    private const double MostExponent = 80;

    /// <summary>The value at r, and its slope.</summary>
    public (double Value, double Slope) Of(double r) => Divergence switch
    {
        FDivergence.ForwardKl => Power(r, -1),
        FDivergence.JensenShannon => (Math.Log(2) + LogSigmoid.Of(r), Logistic.Of(-r)),
        FDivergence.Alpha when Alpha != 1 => Power(r, Alpha - 1),
        _ => (r, 1),
    };

    /// <summary>(e^(n r) - 1) / n</summary>
    private static (double Value, double Slope) Power(double r, double n)
    {
        double exponent = Math.Min(n * r, MostExponent);
        return (double.ExpM1(exponent) / n, n * r <= MostExponent ? Math.Exp(exponent) : 0);
    }
}
