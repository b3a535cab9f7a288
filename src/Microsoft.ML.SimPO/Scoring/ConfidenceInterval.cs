using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO;

/// <summary>Where a figure lies with a confidence of 95 %.</summary>
public readonly record struct ConfidenceInterval
{
    /// <summary>The 0.975 quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    [JsonConstructor]
    internal ConfidenceInterval(double lower, double upper) => (Lower, Upper) = (lower, upper);

    /// <summary>The least.</summary>
    public double Lower { get; }

    /// <summary>The most.</summary>
    public double Upper { get; }

    /// <summary>Wilson's score interval of a share: right for few observations and near 0 and 1, where the normal approximation is not.</summary>
    internal static ConfidenceInterval OfShare(long hits, long count)
    {
        double share = hits / (double)count, z2 = Z * Z / count;
        double centre = (share + (z2 / 2)) / (1 + z2), half = Z / (1 + z2) * Math.Sqrt(((share * (1 - share)) + (z2 / 4)) / count);
        return new ConfidenceInterval(hits == 0 ? 0 : centre - half, hits == count ? 1 : centre + half);
    }
}
