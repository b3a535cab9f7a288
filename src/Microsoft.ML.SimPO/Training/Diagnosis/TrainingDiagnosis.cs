using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO;

/// <summary>Something that is wrong with a run, or that will be.</summary>
public sealed record TrainingDiagnosis
{
    [JsonConstructor]
    internal TrainingDiagnosis(int step, TrainingSymptom symptom, bool isSevere, double value, string message) =>
        (Step, Symptom, IsSevere, Value, Message) = (step, symptom, isSevere, value, message);

    /// <summary>After which step, from 1; 0 for what is known before the first.</summary>
    public int Step { get; }

    /// <summary>What was seen.</summary>
    public TrainingSymptom Symptom { get; }

    /// <summary>Whether the model is as good as lost, or the run not worth its time.</summary>
    public bool IsSevere { get; }

    /// <summary>
    /// What was measured, in the unit of the rule: nats a token by which a log-probability fell, the gradient norm's share of its start, the margin over beta,
    /// the loss over the best one, a share of answers, the factor of their length.
    /// </summary>
    public double Value { get; }

    /// <summary>What was seen, in numbers, and what to do.</summary>
    public string Message { get; }

    /// <summary>What <see cref="Value"/> should not be beyond; null where there is no such number, and in runs of older versions.</summary>
    [JsonInclude]
    public double? Limit { get; internal init; }

    /// <summary>What probably is the cause; empty in runs of older versions.</summary>
    [JsonInclude]
    public string Cause { get; internal init; } = "";

    /// <summary>Settings of a recipe that are a remedy, as YAML; empty for none, and in runs of older versions.</summary>
    [JsonInclude]
    public string Remedy { get; internal init; } = "";

    /// <summary>The name of the rule, such as <c>collapse</c>; it stays the same from version to version.</summary>
    [JsonIgnore]
    public string Rule => RunRules.NameOf(Symptom);

    /// <summary><see cref="FindingSeverity.Error"/> for a severe one, else <see cref="FindingSeverity.Warning"/>.</summary>
    [JsonIgnore]
    public FindingSeverity Severity => IsSevere ? FindingSeverity.Error : FindingSeverity.Warning;

    /// <summary>How grave it is, and the message.</summary>
    public override string ToString() => $"{Severity}: {Message}";
}
