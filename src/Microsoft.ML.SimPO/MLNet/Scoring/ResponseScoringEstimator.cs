using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Adds a column with the reward that a model gives to each row's response: that of its method, for SimPO beta times the mean log-probability of the
/// response's tokens, its end token included (arXiv 2405.14734, equation 3).
/// </summary>
public sealed class ResponseScoringEstimator : LanguageModelEstimator<ResponseScoringTransformer>
{
    internal ResponseScoringEstimator(
        IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, string promptColumnName, string responseColumnName)
        : base(new ResponseScoringTransformer(environment, model, outputColumnName, promptColumnName, responseColumnName))
    {
    }
}
