using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Adds a column with the reward that a model gives to each row's response: beta times the mean log-probability of the response's tokens, its end
/// token included (arXiv 2405.14734, equation 3). There is nothing to learn: <see cref="Fit"/> only checks the columns.
/// </summary>
#pragma warning disable CA1001 // The transformer that it hands out uses the weights of somebody else's model: there is nothing to free.
public sealed class ResponseScoringEstimator : IEstimator<ResponseScoringTransformer>
#pragma warning restore CA1001
{
    private readonly IHost _host;
    private readonly ResponseScoringTransformer _transformer;

    internal ResponseScoringEstimator(IHostEnvironment environment, SimPOTransformer model, string outputColumnName, string promptColumnName, string responseColumnName)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(promptColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(responseColumnName);
        _host = environment.Register(nameof(ResponseScoringEstimator));
        _transformer = new ResponseScoringTransformer(environment, model, outputColumnName, promptColumnName, responseColumnName);
    }

    /// <summary>Checks the columns.</summary>
    /// <returns>A transformer that uses the weights of the model that it was made from: it works as long as that model is not disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public ResponseScoringTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema with the reward column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.Columns.OutputSchema(_host, inputSchema);
}
