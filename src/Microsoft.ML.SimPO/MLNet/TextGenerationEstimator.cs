using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with the text that a model writes in answer to each row's prompt. There is nothing to learn: <see cref="Fit"/> only checks the columns.</summary>
#pragma warning disable CA1001 // The transformer that it hands out uses the weights of somebody else's model: there is nothing to free.
public sealed class TextGenerationEstimator : IEstimator<TextGenerationTransformer>
#pragma warning restore CA1001
{
    private readonly IHost _host;
    private readonly TextGenerationTransformer _transformer;

    internal TextGenerationEstimator(IHostEnvironment environment, SimPOTransformer model, string outputColumnName, string promptColumnName, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(promptColumnName);
        options.Validate(nameof(options));
        _host = environment.Register(nameof(TextGenerationEstimator));
        _transformer = new TextGenerationTransformer(environment, model, outputColumnName, promptColumnName, options);
    }

    /// <summary>Checks the columns.</summary>
    /// <returns>A transformer that uses the weights of the model that it was made from: it works as long as that model is not disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public TextGenerationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The schema with the text column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.Columns.OutputSchema(_host, inputSchema);
}
