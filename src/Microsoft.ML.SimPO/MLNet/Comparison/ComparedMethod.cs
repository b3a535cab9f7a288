namespace Microsoft.ML.SimPO;

/// <summary>What a method made of the model that a comparison begins with.</summary>
public sealed record ComparedMethod
{
    internal ComparedMethod()
    {
    }

    /// <summary>As the caller calls it.</summary>
    public string Name { get; internal init; } = null!;

    /// <summary>What it was trained with.</summary>
    public PreferenceTrainerOptions Options { get; internal init; } = null!;

    /// <summary>The method's own loss on the validation data, after the last step. Losses of two methods are no measure of each other.</summary>
    public double Loss { get; internal init; }

    /// <summary>The same before the first step.</summary>
    public double LossBefore { get; internal init; }

    /// <summary>On the validation data, by the method's own reward; the log-loss at target margin 0.</summary>
    public AlignmentMetrics Metrics { get; internal init; } = null!;

    /// <summary>Mean log-probability of the chosen answers of the validation data, in nats a token.</summary>
    public double ChosenLogProbability { get; internal init; }

    /// <summary>By how much it moved: below 0 the model has become less likely to write the answers that were chosen.</summary>
    public double ChosenLogProbabilityChange { get; internal init; }

    /// <summary>
    /// How far it went from the model that all began with: KL(tuned || start) of the distributions at the place of every token of the validation data's
    /// answers, chosen and rejected ones, in nats a token.
    /// </summary>
    public double KlFromStart { get; internal init; }

    /// <summary>Mean length, in tokens, of the answers that the tuned model writes; null where none were asked for.</summary>
    public double? AnswerTokens { get; internal init; }

    /// <summary>
    /// What <see cref="ComparisonOptions.Judge"/> said, or the share that its answers won with <see cref="ComparisonOptions.JudgeClient"/>; null for no judge.
    /// </summary>
    public double? Judgement { get; internal init; }

    /// <summary>Optimizer steps.</summary>
    public int Steps { get; internal init; }

    /// <summary>Of fit and evaluation together.</summary>
    public double DurationInMilliseconds { get; internal init; }

    /// <summary>Memory of the process when the fit had ended.</summary>
    public double MemoryInMegaByte { get; internal init; }

    /// <summary>What the run's diagnosis found.</summary>
    public IReadOnlyList<TrainingDiagnosis> Findings { get; internal init; } = null!;

    /// <summary>The tuned model; null unless models are kept.</summary>
    public AlignmentTransformer? Model { get; internal init; }
}
