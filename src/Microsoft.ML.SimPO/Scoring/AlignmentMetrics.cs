namespace Microsoft.ML.SimPO;

/// <summary>How well a model's rewards agree with the preferences of a data set.</summary>
public sealed partial record AlignmentMetrics
{
    /// <summary>How many pairs were judged.</summary>
    public required long Count { get; init; }

    /// <summary>Share of pairs whose chosen answer has the higher reward, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Where the accuracy on all pairs of this kind lies with a confidence of 95 % (Wilson's score interval).</summary>
    public required ConfidenceInterval AccuracyInterval { get; init; }

    /// <summary>Mean of chosen minus rejected reward.</summary>
    public required double MeanMargin { get; init; }

    /// <summary>Standard deviation of the margins, of the sample (n - 1); 0 for one pair.</summary>
    public required double MarginStandardDeviation { get; init; }

    /// <summary>Mean reward of the chosen answers.</summary>
    public required double MeanChosenReward { get; init; }

    /// <summary>Mean reward of the rejected answers.</summary>
    public required double MeanRejectedReward { get; init; }

    /// <summary>Mean of -log sigma(margin - target margin), in nats.</summary>
    public required double LogLoss { get; init; }

    /// <summary>
    /// Expected calibration error of sigma(|margin|), the probability that the answer with the higher reward is the preferred one: the mean distance between
    /// that probability and the accuracy, over the bins of <see cref="Calibration"/>. 0 is calibrated, 1 the worst.
    /// </summary>
    public required double CalibrationError { get; init; }

    /// <summary>Ten bins of equal width of sigma(|margin|) from 0.5 to 1; bins without pairs are left out.</summary>
    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }

    /// <summary>
    /// Pearson's correlation of the margin with the lead of the chosen answer's length, in characters: far above 0, the model rewards length. Null where the
    /// answers' texts are not there or all leads, or all margins, are equal.
    /// </summary>
    public required double? LengthCorrelation { get; init; }

    /// <summary>The metrics of the rows of each group, by the group's name in ordinal order; empty where no group column was named.</summary>
    public IReadOnlyDictionary<string, AlignmentMetrics> Groups { get; init; } = new SortedDictionary<string, AlignmentMetrics>(StringComparer.Ordinal);
}
