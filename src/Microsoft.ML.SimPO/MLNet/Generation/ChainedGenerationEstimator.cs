using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with the text that the model of the step before writes in answer to each row's prompt, in the chain that trains that model.</summary>
public sealed class ChainedGenerationEstimator : IEstimator<TextGenerationTransformer>
{
    private readonly MLContext _context;
    private readonly string _output, _prompt;
    private readonly GenerationOptions _options;

    internal ChainedGenerationEstimator(MLContext context, string outputColumnName, string promptColumnName, GenerationOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(promptColumnName);
        options.Validate(nameof(options));
        (_context, _output, _prompt, _options) = (context, outputColumnName, promptColumnName, options);
    }

    /// <summary>Takes the model of the step before. Nothing is written before a cursor asks for the column.</summary>
    /// <returns>A transformer that uses that model's weights: it works as long as the chain is not disposed.</returns>
    /// <exception cref="InvalidOperationException">The step before is no trainer of this library.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column of prompts is missing or not text.</exception>
    public TextGenerationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input is not IModelDataView { Maker: AlignmentTransformer model })
        {
            throw new InvalidOperationException("There is no model to write with: the step before is none of `mlContext.Alignment.Trainers`. "
                + "Append this one to a trainer, or use `Generate(model)` with a model that there is already.");
        }
        var transformer = new TextGenerationTransformer(_context, model, _output, _prompt, _options);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The schema with the column that is added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of prompts is missing or not text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        TextColumns.Check(((IHostEnvironment)_context).RegisterOwn(TextGenerationTransformer.LoaderSignature), inputSchema, [("prompt", _prompt)]);
        return ComputedSchema.AddTo(inputSchema, [ComputedColumn<string>.Text(_output, text => text)]);
    }
}
