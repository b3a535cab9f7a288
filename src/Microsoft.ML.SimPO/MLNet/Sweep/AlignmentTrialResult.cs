using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

/// <summary>What became of a trial.</summary>
public sealed record AlignmentTrialResult
{
    internal AlignmentTrialResult()
    {
    }

    /// <summary>What was tried.</summary>
    public AlignmentTrialSettings TrialSettings { get; internal init; } = null!;

    /// <summary>How it ended.</summary>
    public AlignmentTrialStatus Status { get; internal init; }

    /// <summary>The value of the sweep's metric; NaN where the trial did not complete.</summary>
    public double Metric { get; internal init; }

    /// <summary>What the sweep minimises: the metric, or its opposite where higher is better; infinity where the trial did not complete.</summary>
    public double Loss { get; internal init; }

    /// <summary>On the held-out pairs; null where the trial did not complete.</summary>
    public AlignmentMetrics? Metrics { get; internal init; }

    /// <summary>How long it took.</summary>
    public double DurationInMilliseconds { get; internal init; }

    /// <summary>The process's resident memory when the trial ended.</summary>
    public double MemoryInMegaByte { get; internal init; }

    /// <summary>Why it did not complete; null where it did.</summary>
    public string? Message { get; internal init; }

    /// <summary>The tuned model; null where the trial did not complete, and after the sweep where another one was better.</summary>
    public AlignmentTransformer? Model { get; internal init; }

    /// <summary>Of equal losses the model that keeps more of the chosen answers' log-probability is the better one: it is farther from collapse.</summary>
    internal bool IsBetterThan(AlignmentTrialResult? other)
    {
        if (Status != AlignmentTrialStatus.Completed) return false;
        if (other is null || Loss != other.Loss) return other is null || Loss < other.Loss;
        return (ChosenLogProbability ?? double.NegativeInfinity) > (other.ChosenLogProbability ?? double.NegativeInfinity);
    }

    /// <summary>Mean over pairs; null where nothing was judged, and of a reward model.</summary>
    internal double? ChosenLogProbability =>
        TrialSettings.Options.Reward is ModelReward ? null : Metrics?.MeanChosenReward / TrialSettings.Options.Reward.Scale;
}
