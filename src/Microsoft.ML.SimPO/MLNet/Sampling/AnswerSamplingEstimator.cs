using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with several texts that a model writes in answer to each row's prompt, one for each seed.</summary>
public sealed class AnswerSamplingEstimator : LanguageModelEstimator<AnswerSamplingTransformer>
{
    internal AnswerSamplingEstimator(IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, SamplingOptions options)
        : base(new AnswerSamplingTransformer(environment, model, outputColumnName, options))
    {
    }
}
