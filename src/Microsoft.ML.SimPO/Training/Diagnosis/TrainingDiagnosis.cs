using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO;

/// <summary>A warning about a run.</summary>
public sealed record TrainingDiagnosis
{
    [JsonConstructor]
    internal TrainingDiagnosis(int step, TrainingSymptom symptom, bool isSevere, double value, string message) =>
        (Step, Symptom, IsSevere, Value, Message) = (step, symptom, isSevere, value, message);

    /// <summary>After which step, from 1.</summary>
    public int Step { get; }

    /// <summary>What was seen.</summary>
    public TrainingSymptom Symptom { get; }

    /// <summary>Whether the model is as good as lost.</summary>
    public bool IsSevere { get; }

    /// <summary>Nats a token by which the log-probability fell, or the gradient norm's share of its start.</summary>
    public double Value { get; }

    /// <summary>What was seen, in numbers, and what to do.</summary>
    public string Message { get; }
}
