namespace Microsoft.ML.SimPO;

/// <summary>A warning about a run.</summary>
/// <param name="Step">After which step, from 1.</param>
/// <param name="Symptom">What was seen.</param>
/// <param name="IsSevere">Whether the model is as good as lost.</param>
/// <param name="Value">Nats a token by which the log-probability fell, or the gradient norm's share of its start.</param>
/// <param name="Message">What was seen, in numbers, and what to do.</param>
public sealed record TrainingDiagnosis(int Step, TrainingSymptom Symptom, bool IsSevere, double Value, string Message);
