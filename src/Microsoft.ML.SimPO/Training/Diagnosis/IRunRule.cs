namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>Judges one thing of a run as it goes. What it has said it does not say again, unless it has become severe.</summary>
internal interface IRunRule
{
    /// <summary>Called after every step.</summary>
    TrainingDiagnosis? OnStep(RunHistory run) => null;

    /// <summary>Called after every evaluation.</summary>
    TrainingDiagnosis? OnEvaluation(RunHistory run) => null;

    /// <summary>Called when the last step is done.</summary>
    TrainingDiagnosis? AtEnd(RunHistory run) => null;
}
