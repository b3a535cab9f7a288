using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO;

/// <summary>Pairs whose sigma(|margin|) lies in the same range: where a model is calibrated, its confidence is its accuracy.</summary>
public sealed record CalibrationBin
{
    [JsonConstructor]
    internal CalibrationBin(double from, double to, long count, double confidence, double accuracy) =>
        (From, To, Count, Confidence, Accuracy) = (from, to, count, confidence, accuracy);

    /// <summary>The least sigma(|margin|) of the bin.</summary>
    public double From { get; }

    /// <summary>The most; it belongs to the next bin.</summary>
    public double To { get; }

    /// <summary>Pairs.</summary>
    public long Count { get; }

    /// <summary>Their mean sigma(|margin|).</summary>
    public double Confidence { get; }

    /// <summary>The share of them whose chosen answer has the higher reward.</summary>
    public double Accuracy { get; }
}
