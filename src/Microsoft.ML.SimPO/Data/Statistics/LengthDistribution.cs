using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>How a length is distributed over the rows. All lengths are in the unit of the <see cref="PreferenceStatistics"/>.</summary>
public sealed record LengthDistribution
{
    internal LengthDistribution(int minimum, double mean, int median, int percentile95, int percentile99, int maximum, int? limit, double overLimit)
    {
        (Minimum, Mean, Median, Percentile95, Percentile99, Maximum, Limit, OverLimit) =
            (minimum, mean, median, percentile95, percentile99, maximum, limit, overLimit);
    }

    /// <summary>The shortest.</summary>
    public int Minimum { get; }

    /// <summary>The arithmetic mean.</summary>
    public double Mean { get; }

    /// <summary>Half of the rows are at most as long.</summary>
    public int Median { get; }

    /// <summary>95 of 100 rows are at most as long.</summary>
    public int Percentile95 { get; }

    /// <summary>99 of 100 rows are at most as long.</summary>
    public int Percentile99 { get; }

    /// <summary>The longest.</summary>
    public int Maximum { get; }

    /// <summary>The limit that was asked about, or null.</summary>
    public int? Limit { get; }

    /// <summary>The share of rows, 0 to 1, that are longer than the limit and would be cut or dropped; 0 without a limit.</summary>
    public double OverLimit { get; }

    internal static LengthDistribution Of(List<int> lengths, int? limit)
    {
        if (lengths.Count == 0) return new LengthDistribution(0, 0, 0, 0, 0, 0, limit, 0);
        int[] sorted = lengths.Order().ToArray();
        double over = limit is { } most ? sorted.Count(length => length > most) / (double)sorted.Length : 0;
        return new LengthDistribution(sorted[0], sorted.Average(), At(0.5), At(0.95), At(0.99), sorted[^1], limit, over);

        // Nearest rank: the smallest length that so many rows do not exceed.
        int At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    internal string Row(string name) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-10}{Minimum,9}{Mean,11:0.0}{Median,9}{Percentile95,9}{Percentile99,9}{Maximum,9}{(Limit is null ? "" : $"{OverLimit,12:P1} over {Limit}")}");
}
