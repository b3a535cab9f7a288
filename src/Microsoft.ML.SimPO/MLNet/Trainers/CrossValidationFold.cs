namespace Microsoft.ML.SimPO;

/// <summary>One fold of a cross-validation: the model was tuned on the other folds and judged on this one.</summary>
/// <param name="Fold">From 0.</param>
/// <param name="Metrics">On the fold's own pairs.</param>
/// <param name="HoldOutSet">The fold's own pairs, unscored.</param>
/// <param name="Model">The tuned model, which belongs to the caller; null unless it was asked for.</param>
public sealed record CrossValidationFold(int Fold, AlignmentMetrics Metrics, IDataView HoldOutSet, SimPOTransformer? Model);
