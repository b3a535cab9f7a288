using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What one optimizer step did. Means are over the step's pairs and taken before its update; one of answers that the step has none of, as rejected ones where
/// single answers are trained on, is not a number.
/// </summary>
public sealed record TrainingProgress
{
    [JsonConstructor]
    internal TrainingProgress()
    {
    }

    /// <summary>The step, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Epochs done, with their fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary>The loss of the step (<c>loss</c>).</summary>
    public required double Loss { get; init; }

    /// <summary>Mean reward of the chosen answer, for SimPO beta times its mean log-probability (<c>rewards/chosen</c>).</summary>
    public required double ChosenReward { get; init; }

    /// <summary>Mean reward of the rejected answer, likewise (<c>rewards/rejected</c>).</summary>
    public required double RejectedReward { get; init; }

    /// <summary>Share of pairs whose chosen answer has the higher reward, 0 to 1 (<c>rewards/accuracies</c>).</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of chosen minus rejected reward, without gamma (<c>rewards/margins</c>).</summary>
    public required double Margin { get; init; }

    /// <summary>
    /// Mean over pairs of the mean log-probability of the chosen answer's tokens, in nats (<c>logps/chosen</c>; <c>mean_logps/chosen</c> where the method
    /// compares whole answers, whose log-probabilities have that name then).
    /// </summary>
    public required double ChosenLogProbability { get; init; }

    /// <summary>Mean over pairs of the mean log-probability of the rejected answer's tokens, in nats, likewise (<c>logps/rejected</c>).</summary>
    public required double RejectedLogProbability { get; init; }

    /// <summary>
    /// What the method has beside loss and rewards, under the names of the log, such as <c>nll_loss</c>; empty for SimPO.
    /// </summary>
    public IReadOnlyDictionary<string, double> MethodMetrics
    {
        get;
        init => field = MethodFigures.Of(value);
    } = MethodFigures.None;

    /// <summary>L2 norm of all gradients before clipping (<c>grad_norm</c>).</summary>
    public required double GradientNorm { get; init; }

    /// <summary>The rate that this step used (<c>learning_rate</c>).</summary>
    public required double LearningRate { get; init; }

    /// <summary>
    /// The rate that the trainer which <see cref="Compatibility"/> names reports of this step: with the SimPO reference that of the next one, else
    /// <see cref="LearningRate"/>.
    /// </summary>
    public required double ReportedLearningRate { get; init; }

    /// <summary>Tokens computed in the step, each prompt once.</summary>
    public required int Tokens { get; init; }

    /// <summary>Tokens computed in a second of this step (<c>tokens_per_second</c>).</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Since the start of the training.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What the steps that are left will take at the pace so far.</summary>
    public required TimeSpan Remaining { get; init; }

    /// <summary>
    /// Shows progress on the console, for the option <c>Progress</c>: a bar with loss, accuracy and margin on a terminal, some
    /// twenty lines elsewhere, and every evaluation with its sample answers. A new one each time.
    /// </summary>
    public static IProgress<TrainingProgress> Console => new ConsoleProgress(System.Console.Out, !System.Console.IsOutputRedirected);

    /// <summary>What the steps that are left will take at the pace of those that are done.</summary>
    internal static TimeSpan RemainingOf(TimeSpan elapsed, int done, int total) =>
        (elapsed / done).Ticks * (double)(total - done) < TimeSpan.MaxValue.Ticks / 2 ? elapsed / done * (total - done) : TimeSpan.MaxValue;
}
