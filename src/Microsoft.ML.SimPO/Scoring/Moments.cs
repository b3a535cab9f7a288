namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Means, variance and correlation of pairs of numbers in one pass without loss of digits (Welford).</summary>
internal sealed class Moments
{
    private double _meanX, _meanY, _squaresX, _squaresY, _products;

    public long Count { get; private set; }

    public double MeanX => _meanX;

    /// <summary>Of the sample (n - 1); 0 for one number.</summary>
    public double StandardDeviationX => Count < 2 ? 0 : Math.Sqrt(_squaresX / (Count - 1));

    /// <summary>Pearson's; null where one of the two does not vary.</summary>
    public double? Correlation => _squaresX > 0 && _squaresY > 0 ? Math.Clamp(_products / Math.Sqrt(_squaresX * _squaresY), -1, 1) : null;

    public void Add(double x, double y)
    {
        Count++;
        double beforeX = x - _meanX, beforeY = y - _meanY;
        _meanX += beforeX / Count;
        _meanY += beforeY / Count;
        _squaresX += beforeX * (x - _meanX);
        _squaresY += beforeY * (y - _meanY);
        _products += beforeX * (y - _meanY);
    }
}
