namespace Microsoft.ML.SimPO;

/// <summary>How a model did on validation data during its training.</summary>
/// <param name="Step">Steps done; 0 before the first.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Metrics">On the validation data; the log-loss is that of the training's loss function's margin.</param>
public sealed record ValidationResult(int Step, double Epoch, AlignmentMetrics Metrics);
