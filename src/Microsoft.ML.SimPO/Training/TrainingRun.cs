using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>What happened in a fit. It never changes.</summary>
public sealed partial class TrainingRun
{
    internal TrainingRun()
    {
    }

    /// <summary>Every step, in order, those before an interruption among them; empty for a model that was not trained here.</summary>
    public IReadOnlyList<TrainingProgress> Steps { get; internal init; } = [];

    /// <summary>Metrics on the validation data, before the first step and as often as the options say; empty where there was none.</summary>
    public IReadOnlyList<ValidationResult> Validations { get; internal init; } = [];

    /// <summary>What was wrong with the training although its loss and accuracy may look well; empty for a healthy one.</summary>
    public IReadOnlyList<TrainingDiagnosis> Findings { get; internal init; } = [];

    /// <summary>The best evaluation by <see cref="MetricForBestModel"/>, of several the first; null where there was none.</summary>
    public ValidationResult? BestValidation => MetricForBestModel.Best(Validations);

    /// <summary>What <see cref="BestValidation"/> is chosen by: the option of that name.</summary>
    public BestModelMetric MetricForBestModel { get; internal init; }

    /// <summary>The step of <see cref="BestValidation"/> where its weights were given back; null where the weights are those after the last step.</summary>
    public int? RestoredStep { get; internal init; }

    /// <summary>Whether it ended before its last step because the validation loss had stopped falling, or the diagnosis had found an error.</summary>
    public bool StoppedEarly { get; internal init; }

    /// <summary>Where its random numbers began; null where that is not known.</summary>
    public int? Seed { get; internal init; }

    /// <summary>When its first part began; null where that is not known.</summary>
    public DateTimeOffset? StartedAt { get; internal init; }

    /// <summary>How long its steps took, with evaluations and checkpoints between them, in all its parts.</summary>
    public TimeSpan Elapsed => Steps is [.., var last] ? last.Elapsed : TimeSpan.Zero;

    /// <summary>The pairs that it learned from, and what was dropped and cut; null where that is not known.</summary>
    public PairCounts? TrainingData { get; internal init; }

    /// <summary>The pairs that it was judged by; null where there were none or that is not known.</summary>
    public PairCounts? ValidationData { get; internal init; }

    /// <summary>Reads a run from the folder that it was told to write to, also while it is running and after it was killed.</summary>
    /// <param name="folder">The <c>OutputPath</c> of a fit.</param>
    /// <returns>
    /// What the folder knows of the run: not <see cref="RestoredStep"/> and <see cref="StoppedEarly"/>, and before the first checkpoint neither seed, start,
    /// data nor <see cref="MetricForBestModel"/>.
    /// </returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no run, or a line of its log is damaged.</exception>
    public static TrainingRun Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return RunFolderReader.Read(folder);
    }

    /// <summary>How far it came, in a line.</summary>
    public override string ToString() => Steps is not [.., var last] ? "no steps" : FormattableString.Invariant(
        $"{last.Step} of {last.TotalSteps} steps in {Elapsed.TotalSeconds:F1} s, loss {Steps[0].Loss:F4} to {last.Loss:F4}")
        + (Validations is [.., var judged] ? $"; {judged}" : "")
        + (Findings.Count > 0 ? FormattableString.Invariant($"; {Findings.Count} findings, the first: {Findings[0]}") : "");

    /// <summary>The same with one more finding, unless it has one of that kind.</summary>
    internal TrainingRun With(TrainingDiagnosis finding) => new()
    {
        Steps = Steps, Validations = Validations, MetricForBestModel = MetricForBestModel, RestoredStep = RestoredStep, StoppedEarly = StoppedEarly,
        Seed = Seed, StartedAt = StartedAt, TrainingData = TrainingData, ValidationData = ValidationData,
        Findings = Findings.Any(f => f.Symptom == finding.Symptom) ? Findings : [.. Findings, finding],
    };

    /// <summary>Of a model that was not trained here.</summary>
    internal static TrainingRun None { get; } = new();
}
