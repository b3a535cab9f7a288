namespace Microsoft.ML.SimPO;

/// <summary>Pairs whose sigma(|margin|) lies in the same range: where a model is calibrated, its confidence is its accuracy.</summary>
/// <param name="From">The least sigma(|margin|) of the bin.</param>
/// <param name="To">The most; it belongs to the next bin.</param>
/// <param name="Count">Pairs.</param>
/// <param name="Confidence">Their mean sigma(|margin|).</param>
/// <param name="Accuracy">The share of them whose chosen answer has the higher reward.</param>
public sealed record CalibrationBin(double From, double To, long Count, double Confidence, double Accuracy);
