namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Gathers what happens in a run.</summary>
internal sealed class TrainingRecord : ITrainingObserver
{
    private readonly List<TrainingProgress> _steps = [];
    private readonly List<ValidationResult> _validations = [];
    private readonly List<TrainingDiagnosis> _findings = [];

    public IReadOnlyList<TrainingProgress> Steps => _steps;

    public IReadOnlyList<ValidationResult> Validations => _validations;

    public IReadOnlyList<TrainingDiagnosis> Findings => _findings;

    /// <summary>Steps done.</summary>
    public int Step => _steps is [.., var last] ? last.Step : 0;

    /// <summary>Epochs done.</summary>
    public double Epoch => _steps is [.., var last] ? last.Epoch : 0;

    public void OnStep(TrainingProgress step) => _steps.Add(step);

    public void OnFinding(TrainingDiagnosis finding) => _findings.Add(finding);

    public void OnValidation(ValidationResult validation) => _validations.Add(validation);
}
