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
    /// <summary>What the method has beside loss and rewards, under the names of the log without <c>eval_</c>; empty for SimPO.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> MethodMetrics => Figures?.MethodMetrics ?? MethodFigures.None;

    /// <summary>As the log has them.</summary>
    [JsonInclude]
    internal EvaluationFigures? Figures { get; init; }
}
