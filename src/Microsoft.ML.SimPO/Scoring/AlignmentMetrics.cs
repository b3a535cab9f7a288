using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO;

/// <summary>
/// How well a model's rewards agree with the preferences of a data set. Of single answers there are the mean rewards alone: what takes a pair is not a number.
/// </summary>
public sealed partial record AlignmentMetrics
{
    [JsonConstructor]
    internal AlignmentMetrics()
    {
    }

    /// <summary>How many pairs were judged; 0 for single answers.</summary>
    [JsonInclude, JsonRequired]
    public long Count { get; internal init; }

    /// <summary>Share of pairs whose chosen answer has the higher reward, 0 to 1.</summary>
    [JsonInclude, JsonRequired]
    public double Accuracy { get; internal init; }

    /// <summary>Where the accuracy on all pairs of this kind lies with a confidence of 95 % (Wilson's score interval).</summary>
    [JsonInclude, JsonRequired]
    public ConfidenceInterval AccuracyInterval { get; internal init; }

    /// <summary>Mean of chosen minus rejected reward.</summary>
    [JsonInclude, JsonRequired]
    public double MeanMargin { get; internal init; }

    /// <summary>Standard deviation of the margins, of the sample (n - 1); 0 for one pair.</summary>
    [JsonInclude, JsonRequired]
    public double MarginStandardDeviation { get; internal init; }

    /// <summary>Mean reward of the chosen answers.</summary>
    [JsonInclude, JsonRequired]
    public double MeanChosenReward { get; internal init; }

    /// <summary>Mean reward of the rejected answers.</summary>
    [JsonInclude, JsonRequired]
    public double MeanRejectedReward { get; internal init; }

    /// <summary>Mean of -log sigma(margin - target margin), in nats.</summary>
    [JsonInclude, JsonRequired]
    public double LogLoss { get; internal init; }

    /// <summary>
    /// Expected calibration error of sigma(|margin|), the probability that the answer with the higher reward is the preferred one: the mean distance between
    /// that probability and the accuracy, over the bins of <see cref="Calibration"/>. 0 is calibrated, 1 the worst.
    /// </summary>
    [JsonInclude, JsonRequired]
    public double CalibrationError { get; internal init; }

    /// <summary>Ten bins of equal width of sigma(|margin|) from 0.5 to 1; bins without pairs are left out.</summary>
    [JsonInclude, JsonRequired]
    public IReadOnlyList<CalibrationBin> Calibration { get; internal init; } = [];

    /// <summary>
    /// Pearson's correlation of the margin with the lead of the chosen answer's length, in characters: far above 0, the model rewards length. Null where the
    /// answers' texts are not there or all leads, or all margins, are equal.
    /// </summary>
    [JsonInclude, JsonRequired]
    public double? LengthCorrelation { get; internal init; }

    /// <summary>
    /// The pairs by whether the chosen answer is the shorter or the longer one, of three classes those that have pairs. A model that rewards length is right in
    /// one and wrong in the other. Empty where the answers' texts are not there.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<LengthClass> LengthClasses { get; internal init; } = [];

    /// <summary>The metrics of the rows of each group, by the group's name in ordinal order; empty where no group column was named.</summary>
    [JsonInclude]
    public IReadOnlyDictionary<string, AlignmentMetrics> Groups { get; internal init; } =
        new SortedDictionary<string, AlignmentMetrics>(StringComparer.Ordinal);

    /// <summary>The figures that matter most, in a line, the same in every culture.</summary>
    public override string ToString() => FormattableString.Invariant($"{Count} pairs: accuracy {100 * Accuracy:F1} % ({100 * AccuracyInterval.Lower:F1} to ")
        + FormattableString.Invariant($"{100 * AccuracyInterval.Upper:F1}), mean margin {MeanMargin:F3}, log-loss {LogLoss:F4}");
}
