namespace Microsoft.ML.SimPO;

/// <summary>A trainer whatever its options: what cross-validation, sweeps and comparisons use of one.</summary>
internal interface IPreferenceTrainer : IEstimator<AlignmentTransformer>
{
    /// <inheritdoc cref="PreferenceTrainer{TOptions}.Fit(IDataView, IDataView?, CancellationToken)"/>
    AlignmentTransformer Fit(IDataView input, IDataView? validationData, CancellationToken cancellationToken);
}
