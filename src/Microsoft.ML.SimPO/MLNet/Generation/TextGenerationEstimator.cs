using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with the text that a model writes in answer to each row's prompt.</summary>
public sealed class TextGenerationEstimator : LanguageModelEstimator<TextGenerationTransformer>
{
    internal TextGenerationEstimator(
        IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, string promptColumnName, GenerationOptions options)
        : base(new TextGenerationTransformer(environment, model, outputColumnName, promptColumnName, options))
    {
    }
}
