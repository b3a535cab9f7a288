namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Sorts pairs into <see cref="CalibrationBin"/>s.</summary>
internal sealed class CalibrationSum
{
    private const int Bins = 10;

    private const double Least = 0.5, Width = 0.5 / Bins;

    private readonly long[] _counts = new long[Bins], _right = new long[Bins];
    private readonly double[] _confidences = new double[Bins];

    public void Add(double margin)
    {
        double confidence = 1 / (1 + Math.Exp(-Math.Abs(margin)));
        int bin = Math.Min(Bins - 1, (int)((confidence - Least) / Width));
        _counts[bin]++;
        _confidences[bin] += confidence;
        if (margin > 0) _right[bin]++;
    }

    public IReadOnlyList<CalibrationBin> ToBins() =>
        [.. Enumerable.Range(0, Bins).Where(i => _counts[i] > 0).Select(i => new CalibrationBin(
            Least + (i * Width), Least + ((i + 1) * Width), _counts[i], _confidences[i] / _counts[i], _right[i] / (double)_counts[i]))];

    /// <summary>Mean over the pairs of their bin's distance between confidence and accuracy.</summary>
    public static double Error(IReadOnlyList<CalibrationBin> bins)
    {
        double count = bins.Sum(b => (double)b.Count);
        return bins.Sum(b => b.Count / count * Math.Abs(b.Confidence - b.Accuracy));
    }
}
