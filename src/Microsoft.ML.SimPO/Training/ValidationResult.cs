using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>How a model did on validation data during its training.</summary>
/// <param name="Step">Steps done; 0 before the first.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Loss">The loss function of the training on the validation data (<c>eval_loss</c>): what early stopping and the best model go by.</param>
/// <param name="Metrics">On the validation data; the log-loss is that of the training's target margin.</param>
public sealed record ValidationResult(int Step, double Epoch, double Loss, AlignmentMetrics Metrics)
{
    /// <summary>What the model answered to some prompts, where the options asked for it. They go with the run, but not into its files.</summary>
    [JsonIgnore]
    public IReadOnlyList<SampleAnswer> SampleAnswers { get; internal init; } = [];

    /// <summary>As the log has them.</summary>
    [JsonInclude]
    internal EvaluationFigures? Figures { get; init; }
}
