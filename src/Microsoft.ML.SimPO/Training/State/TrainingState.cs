using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>
/// Where a run stands, beside its weights and the optimizer's moments. What is random is a function of seed and step, so those two stand for all generators.
/// </summary>
internal sealed record TrainingState
{
    /// <summary>Steps done: the position in the plan, in the schedule and in the data.</summary>
    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    public required double Epoch { get; init; }

    public required int Seed { get; init; }

    /// <summary>Threads of libtorch; another number gives other roundings.</summary>
    public required int Threads { get; init; }

    /// <summary>Who multiplied large matrices; another library gives other roundings. Not said where it is libtorch's usual one, as in older states.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<MatrixLibrary>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MatrixLibrary MatrixProducts { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>What decides the steps: options and data. The run can only go on with the same.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>How steps are cut and computed, which changes no more than their rounding.</summary>
    public required IReadOnlyDictionary<string, string> Cutting { get; init; }

    /// <summary>Every step so far.</summary>
    public required IReadOnlyList<TrainingProgress> History { get; init; }

    /// <summary>Every evaluation so far.</summary>
    [JsonConverter(typeof(EvaluationsConverter))]
    public required IReadOnlyList<ValidationResult> Evaluations { get; init; }

    /// <summary>When the run began; null in older states.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What became of the rows to learn from; null in older states.</summary>
    public PairCounts? TrainingData { get; init; }

    /// <summary>What became of the rows to be judged by; null where there were none, and in older states.</summary>
    public PairCounts? ValidationData { get; init; }

    /// <summary>What the best evaluation is chosen by; not said where it is the loss, as in older states.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<BestModelMetric>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public BestModelMetric MetricForBestModel { get; init; }

    /// <summary>What cannot be in a state that was read; null for nothing.</summary>
    [JsonIgnore]
    public string? Fault =>
        Settings.Concat(Cutting).FirstOrDefault(s => s.Value is null) is { Key: { } name } ? $"The setting '{name}' is null."
        : History.Any(s => s is null) ? "A step is null."
        : Step < 0 || TotalSteps < Math.Max(1, Step) ? FormattableString.Invariant($"It is after step {Step} of {TotalSteps}.")
        : !History.Select(s => s.Step).SequenceEqual(Enumerable.Range(1, Step))
            ? FormattableString.Invariant($"It is after step {Step}, but its history is not that of steps 1 to {Step}.")
        : Evaluations.Any(e => e.Step < 0 || e.Step > Step)
            ? FormattableString.Invariant($"It is after step {Step}, but holds an evaluation of another.")
        : null;
}
