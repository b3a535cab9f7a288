namespace Microsoft.ML.SimPO;

/// <summary>One fold of a cross-validation: the model was tuned on the other folds and judged on this one.</summary>
public sealed class CrossValidationFold
{
    internal CrossValidationFold(int fold, AlignmentMetrics metrics, IDataView holdOutSet, AlignmentTransformer? model) =>
        (Fold, Metrics, HoldOutSet, Model) = (fold, metrics, holdOutSet, model);

    /// <summary>From 0.</summary>
    public int Fold { get; }

    /// <summary>On the fold's own pairs.</summary>
    public AlignmentMetrics Metrics { get; }

    /// <summary>The fold's own pairs, unscored.</summary>
    public IDataView HoldOutSet { get; }

    /// <summary>The tuned model, which belongs to the caller; null unless it was asked for.</summary>
    public AlignmentTransformer? Model { get; }

    /// <summary>The fold and its metrics, in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"fold {Fold}: {Metrics}");
}
