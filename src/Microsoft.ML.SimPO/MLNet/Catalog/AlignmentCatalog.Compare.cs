namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Tunes one model with several methods, each from the same weights, in the same order of the data, and shows what each made of it. Fits run one after
    /// another, for each uses all cores; the base weights, and the log-probabilities of a reference model, are in memory once.
    /// </summary>
    /// <param name="trainSet">The pairs to learn from.</param>
    /// <param name="validationSet">Held-out pairs to judge by; see <see cref="TrainTestSplit"/>.</param>
    /// <param name="methods">A name for each, and the options that it is trained with. All name the same model. Run folders are not used.</param>
    /// <param name="options">What else is looked at; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A table: <see cref="MethodComparison.ToString"/>, <see cref="MethodComparison.ToDataFrame"/>.</returns>
    /// <exception cref="ArgumentException">Options are out of range, or methods begin with different models; all of it is listed.</exception>
    /// <exception cref="InvalidOperationException">The data hold no pairs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MethodComparison Compare(
        IDataView trainSet, IDataView validationSet, IReadOnlyList<(string Name, PreferenceTrainerOptions Options)> methods, ComparisonOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trainSet);
        ArgumentNullException.ThrowIfNull(validationSet);
        ArgumentNullException.ThrowIfNull(methods);
        return new MethodComparer(_context, trainSet, validationSet, options ?? new ComparisonOptions(), SeedOr(options?.Seed)).Run(methods, cancellationToken);
    }
}
