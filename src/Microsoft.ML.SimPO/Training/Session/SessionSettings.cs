using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What happens between the steps of a run.</summary>
internal sealed record SessionSettings
{
    /// <summary>What the diagnosis must know.</summary>
    public required DiagnosedRun Diagnosed { get; init; }

    /// <summary>From where on the run is not well; null for the defaults.</summary>
    public DiagnosisLimits? Limits { get; init; }

    /// <summary>Whether the run ends when the diagnosis finds an error.</summary>
    public bool StopsOnError { get; init; }

    /// <summary>Steps between two lines about them in what the run says.</summary>
    public int LoggingSteps { get; init; } = 1;

    /// <summary>Steps between two evaluations; 0 for the end of each epoch.</summary>
    public int EvaluationSteps { get; init; }

    /// <summary>What the best evaluation is chosen by.</summary>
    public BestModelMetric MetricForBestModel { get; init; }

    /// <summary>Evaluations that are not better than the best after which the run ends; 0 for never.</summary>
    public int EarlyStoppingPatience { get; init; }

    /// <summary>Whether the run ends with the weights of its best evaluation. Else none are kept.</summary>
    public bool KeepsBest { get; init; }

    /// <summary>Steps between two checkpoints; 0 for the end of each epoch.</summary>
    public int SaveSteps { get; init; }

    /// <summary>The most checkpoints that are kept; 0 for all.</summary>
    public int SaveTotalLimit { get; init; }

    /// <summary>Whether a run that is cancelled writes a checkpoint.</summary>
    public bool SaveOnCancel { get; init; }

    /// <summary>Is told of every step when all others know of it; null for nobody.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }
}
