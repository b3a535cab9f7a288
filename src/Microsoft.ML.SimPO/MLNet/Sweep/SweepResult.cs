using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>All trials of a sweep, and the model of the best one. Dispose it to free that model, unless the model was taken over.</summary>
public sealed partial class SweepResult : IDisposable
{
    internal SweepResult(IReadOnlyList<AlignmentTrialResult> trials, AlignmentTrialResult best) => (Trials, BestTrial) = (trials, best);

    /// <summary>In the order in which they were run.</summary>
    public IReadOnlyList<AlignmentTrialResult> Trials { get; }

    /// <summary>
    /// The completed trial with the lowest <see cref="AlignmentTrialResult.Loss"/>; of several, the one that keeps the chosen answers' log-probability best.
    /// </summary>
    public AlignmentTrialResult BestTrial { get; }

    /// <summary>The best trial's model.</summary>
    /// <exception cref="InvalidOperationException">The sweep's own runner was replaced by one that gives no models.</exception>
    public AlignmentTransformer BestModel => BestTrial.Model ?? throw new InvalidOperationException("The trial runner gave no models.");

    /// <summary>One row a trial: values, epochs, how it ended, metrics, seconds and memory.</summary>
    public DataFrame ToDataFrame() => SweepTable.ToDataFrame(Trials);

    /// <summary>A table for the console, the best trial first.</summary>
    public override string ToString() => SweepTable.ToText(Trials, BestTrial);

    /// <summary>Frees the best model.</summary>
    public void Dispose() => BestTrial.Model?.Dispose();
}
