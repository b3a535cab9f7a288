using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>How a model did on validation data during its training.</summary>
public sealed record ValidationResult
{
    [JsonConstructor]
    internal ValidationResult(int step, double epoch, double loss, AlignmentMetrics metrics) =>
        (Step, Epoch, Loss, Metrics) = (step, epoch, loss, metrics);

    /// <summary>Steps done; 0 before the first.</summary>
    public int Step { get; }

    /// <summary>Epochs done.</summary>
    public double Epoch { get; }

    /// <summary>
    /// The loss function of the training on the validation data (<c>eval_loss</c>): what early stopping and the best model go by, unless the options name
    /// another metric.
    /// </summary>
    public double Loss { get; }

    /// <summary>On the validation data; the log-loss is that of the training's target margin.</summary>
    public AlignmentMetrics Metrics { get; }

    /// <summary>
    /// What the model answered to some prompts, where the options asked for it. They go with the run and into its log, but not into saved models.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<SampleAnswer> SampleAnswers { get; internal init; } = [];

    /// <summary>The pairs that it tells apart worst, as many as <see cref="SampleAnswers"/>, the lowest margin first; likewise.</summary>
    [JsonIgnore]
    public IReadOnlyList<JudgedPair> WorstPairs { get; internal init; } = [];

    /// <summary>What the method has beside loss and rewards, under the names of the log without <c>eval_</c>; empty for SimPO.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> MethodMetrics => Figures?.MethodMetrics ?? MethodFigures.None;

    /// <summary>As the log has them.</summary>
    [JsonInclude]
    internal EvaluationFigures? Figures { get; init; }

    /// <summary>Its step, its loss and its metrics, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"evaluation after step {Step}: loss {Loss:F4}; {Metrics}");

    /// <summary>The same with one more figure of the method's own.</summary>
    internal ValidationResult With(string name, double value) =>
        this with { Figures = Figures! with { MethodMetrics = MethodFigures.Of(Figures.MethodMetrics).With(name, [value]) } };
}
