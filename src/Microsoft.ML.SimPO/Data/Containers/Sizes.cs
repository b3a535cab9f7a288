using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Bytes as a person reads them.</summary>
internal static class Sizes
{
    public static string Text(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.##} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.##} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 10):0.##} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };

    /// <summary>
    /// The next length of a buffer that holds a row: the double, but no more than the longest row needs to be seen too long; which is reached in one step
    /// from half of it, so that never two such buffers are alive.
    /// </summary>
    public static int Grown(int length, int longestRow)
    {
        long most = longestRow + (1L << 16), doubled = 2L * length;
        return (int)(doubled < longestRow ? doubled : Math.Max(most, length + (1L << 16)));
    }

    public static string RowTooLong(long limit) =>
        $"A row must be at most {Text(limit)} long (`{nameof(PreferenceLoadOptions.MaxRowBytes)}`), but is longer.";
}
