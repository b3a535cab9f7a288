using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>Watches what loss and accuracy hide: both look perfect while a too high learning rate destroys the model.</summary>
/// <param name="run">What is known of it.</param>
/// <param name="limits">From where on it is not well; null for the defaults.</param>
internal sealed class RunDiagnosis(DiagnosedRun run, DiagnosisLimits? limits = null)
{
    private readonly IRunRule[] _rules = RunRules.All(run.PairsPerStep);
    private readonly RunHistory _history = new(run, limits ?? new DiagnosisLimits());

    /// <summary>What the newest step shows; each finding once.</summary>
    public IReadOnlyList<TrainingDiagnosis> Observe(TrainingProgress step)
    {
        _history.Steps.Add(step);
        return [.. _rules.Select(r => r.OnStep(_history)).OfType<TrainingDiagnosis>()];
    }

    /// <summary>What the newest evaluation shows, of those of the steps before it.</summary>
    public IReadOnlyList<TrainingDiagnosis> Observe(int step, EvaluationFigures figures)
    {
        _history.Evaluations.Add((step, figures));
        return [.. _rules.Select(r => r.OnEvaluation(_history)).OfType<TrainingDiagnosis>()];
    }

    /// <summary>What only the end shows.</summary>
    public IReadOnlyList<TrainingDiagnosis> End() =>
        _history.Steps.Count == 0 ? [] : [.. _rules.Select(r => r.AtEnd(_history)).OfType<TrainingDiagnosis>()];
}
