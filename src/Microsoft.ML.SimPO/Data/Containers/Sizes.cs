using System.Globalization;

namespace Microsoft.ML.SimPO.Data;

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

    public static string RowTooLong(long limit) =>
        $"A row must be at most {Text(limit)} long (`{nameof(PreferenceLoadOptions.MaxRowBytes)}`), but is longer.";
}
