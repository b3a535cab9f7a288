using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Adds columns that a model computes. There is nothing to learn: <see cref="Fit"/> only checks the columns.</summary>
/// <typeparam name="TTransformer">What <see cref="Fit"/> gives.</typeparam>
public abstract class LanguageModelEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : LanguageModelTransformer
{
    private readonly TTransformer _transformer;

    private protected LanguageModelEstimator(TTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns.</summary>
    /// <returns>A transformer that uses the weights of the model that it was made from: it works as long as that model is not disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema with the columns that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.GetOutputSchema(inputSchema);
}
