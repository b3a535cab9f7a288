namespace Microsoft.ML.SimPO;

/// <summary>How <see cref="AlignmentCatalog.Sweep"/> searches.</summary>
public sealed class SweepOptions
{
    /// <summary>What is searched. Default <see cref="SweepSpace.Default"/>: for SimPO learning rate, beta and gamma_beta_ratio.</summary>
    public SweepSpace Space { get; set; } = SweepSpace.Default;

    /// <summary>How the next trial is chosen. Default <see cref="SweepAlgorithm.Random"/>.</summary>
    public SweepAlgorithm Algorithm { get; set; }

    /// <summary>What trials are judged by. Default <see cref="SweepMetric.Accuracy"/>.</summary>
    public SweepMetric Metric { get; set; }

    /// <summary>
    /// Judges a trial in place of <see cref="Metric"/>: given its model and the held-out pairs, gives a finite number. Null, the default, for that one.
    /// </summary>
    public Func<AlignmentTransformer, IDataView, double>? CustomMetric { get; set; }

    /// <summary>Whether a higher number of <see cref="CustomMetric"/> is better. Default true.</summary>
    public bool HigherIsBetter { get; set; } = true;

    /// <summary>At most so many trials; each training counts, also one that successive halving promoted. At least 1; default 30.</summary>
    public int MaxTrials { get; set; } = 30;

    /// <summary>At most so long; the trial that runs then is given up. Above 0; null, the default, for no limit.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>
    /// Successive halving promotes one of so many trials of a rung, and a rung trains so many times as long as the one below. At least 2; default 3.
    /// </summary>
    public int ReductionFactor { get; set; } = 3;

    /// <summary>
    /// The most rungs of successive halving; the highest trains for <see cref="PreferenceTrainerOptions.Epochs"/>. There are fewer where
    /// <see cref="MaxTrials"/> would not reach the highest: with a factor of 3 two take 4 trials, three 13. At least 2; default 3.
    /// </summary>
    public int Rungs { get; set; } = 3;

    /// <summary>A trial whose loss rises to so many times that of its first step has diverged. Above 1; default 3.</summary>
    public double MaxLossRatio { get; set; } = 3;

    /// <summary>
    /// A trial has diverged when the chosen answers' mean log-probability, in nats a token, falls by so much below that of its first step: the model forgets
    /// how to write while accuracy and loss still look perfect. Above 0; default 1.
    /// </summary>
    public double MaxChosenLogProbabilityDrop { get; set; } = 1;

    /// <summary>
    /// A folder for the results of finished trials (<c>trials.jsonl</c>) and the best model (<c>best</c>, in Hugging Face layout). A sweep that finds results
    /// of an equal sweep there goes on behind them. Null, the default, keeps all in memory.
    /// </summary>
    public string? OutputPath { get; set; }

    /// <summary>Where the random numbers begin; null, the default, takes the seed of the <see cref="MLContext"/>, or 1.</summary>
    public int? Seed { get; set; }

    /// <summary>Runs the trials in place of the sweep's own runner, which fits and evaluates; null, the default, for that one.</summary>
    public IAlignmentTrialRunner? Runner { get; set; }

    /// <summary>Is told of every trial as soon as it is done; null, the default, for nobody.</summary>
    public IProgress<AlignmentTrialResult>? Progress { get; set; }

    /// <summary>What is searched and how, in a line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Algorithm} search by {(CustomMetric is null ? $"{Metric}" : "a metric of the caller's")} in at most {MaxTrials} trials over {Space}");

    /// <summary>What <see cref="MaxTime"/> is measured by.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>What trials are judged by, in a word.</summary>
    internal string MetricName => CustomMetric is null ? $"{Metric}" : $"a metric of the caller's, the {(HigherIsBetter ? "highest" : "lowest")}";

    internal SweepOptions Copy() => (SweepOptions)MemberwiseClone();

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate()
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), "sweep");
    }

    private IEnumerable<string> Faults()
    {
        if (Space is null || Space.IsEmpty) yield return "`Space` must name what to search, but was empty. Use SweepSpace.Default.";
        if (!Enum.IsDefined(Algorithm)) yield return Say($"`Algorithm` must be Random, Grid or SuccessiveHalving, but was {Algorithm}.");
        if (!Enum.IsDefined(Metric)) yield return Say($"`Metric` must be one of Accuracy, LogLoss, MeanMargin, ValidationLoss, but was {Metric}.");
        if (MaxTrials < 1) yield return Say($"`MaxTrials` must be at least 1, but was {MaxTrials}. Use 30.");
        if (MaxTime is { } time && time <= TimeSpan.Zero) yield return Say($"`MaxTime` must be above 0, but was {time}. Use null for no limit.");
        if (ReductionFactor < 2) yield return Say($"`ReductionFactor` must be at least 2, but was {ReductionFactor}. Use 3.");
        if (Rungs < 2) yield return Say($"`Rungs` must be at least 2, but was {Rungs}. Use 3.");
        if (!(MaxLossRatio > 1)) yield return Say($"`MaxLossRatio` must be above 1, but was {MaxLossRatio}. Use 3.");
        if (!(MaxChosenLogProbabilityDrop > 0))
            yield return Say($"`MaxChosenLogProbabilityDrop` must be above 0, but was {MaxChosenLogProbabilityDrop}. Use 1.");
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
