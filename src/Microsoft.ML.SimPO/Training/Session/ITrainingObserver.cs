namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Follows a run on its own thread and changes nothing of it. What a run that goes on did before is not told again.</summary>
internal interface ITrainingObserver
{
    /// <summary>Called after every step.</summary>
    void OnStep(TrainingProgress step);

    /// <summary>Called when a step shows that something is wrong, after <see cref="OnStep"/>.</summary>
    void OnFinding(TrainingDiagnosis finding);

    /// <summary>Called after every evaluation.</summary>
    void OnValidation(ValidationResult validation);
}
