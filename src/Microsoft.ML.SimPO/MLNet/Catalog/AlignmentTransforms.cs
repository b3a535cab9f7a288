namespace Microsoft.ML.SimPO;

/// <summary>The transforms of <c>mlContext.Alignment</c>: each uses a model that was tuned or loaded.</summary>
public sealed class AlignmentTransforms
{
    private readonly MLContext _context;

    internal AlignmentTransforms(MLContext context) => _context = context;

    /// <summary>
    /// Adds the reward that a model gives to single responses: that of its method, for SimPO beta times the mean log-probability of the response's tokens; of a
    /// reward model (<see cref="AlignmentCatalog.LoadRewardModel"/>) what it says.
    /// </summary>
    /// <param name="model">
    /// Gives the rewards. It is used, not copied: dispose it after the transformers that are made from it. Saving them saves its weights too.
    /// </param>
    /// <param name="outputColumnName">The column that is added, a number. Default "Reward".</param>
    /// <param name="promptColumnName">Text, or chat messages as JSON. Default "Prompt".</param>
    /// <param name="responseColumnName">Text of the answer whose reward is wanted. Default "Response".</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public ResponseScoringEstimator ScoreResponses(
        AlignmentTransformer model, string outputColumnName = "Reward", string promptColumnName = "Prompt", string responseColumnName = "Response") =>
        new(_context, model, outputColumnName, promptColumnName, responseColumnName);

    /// <summary>
    /// Adds the text that the model writes which the step before trains: <c>trainer.Append(mlContext.Alignment.Transforms.GenerateNext())</c>, fitted as one
    /// chain. Saving the chain saves the weights with each of the two.
    /// </summary>
    /// <param name="outputColumnName">The column that is added, a text. Default "Answer".</param>
    /// <param name="promptColumnName">Text, or chat messages as JSON. Default "Prompt".</param>
    /// <param name="options">Null for the likeliest tokens, at most 256. Where it samples, a row's text depends on its prompt and the seed alone.</param>
    /// <exception cref="ArgumentException">A name is empty, or options are out of range; all of them are listed.</exception>
    public ChainedGenerationEstimator GenerateNext(string outputColumnName = "Answer", string promptColumnName = "Prompt", GenerationOptions? options = null) =>
        new(_context, outputColumnName, promptColumnName, options ?? new GenerationOptions());

    /// <summary>
    /// Adds several texts that a model writes in answer to each row's prompt, one for each seed, as a vector: by default with the five seeds and the
    /// temperature of the recipes of SimPO. <see cref="AlignmentCatalog.Sample"/> does it into files, and goes on where it was broken off.
    /// </summary>
    /// <param name="model">
    /// Writes the texts. It is used, not copied: dispose it after the transformers that are made from it. Saving them saves its weights too.
    /// </param>
    /// <param name="outputColumnName">The column that is added, a vector of texts. Default "Answers".</param>
    /// <param name="options">Null for the settings of the recipes. <see cref="SamplingOptions.MaxPrompts"/> must be null.</param>
    /// <exception cref="ArgumentException">A name is empty, or options are out of range; all of them are listed.</exception>
    public AnswerSamplingEstimator Sample(AlignmentTransformer model, string outputColumnName = "Answers", SamplingOptions? options = null) =>
        new(_context, model, outputColumnName, options ?? new SamplingOptions());

    /// <summary>Adds the text that a model writes in answer to each row's prompt.</summary>
    /// <param name="model">
    /// Writes the texts. It is used, not copied: dispose it after the transformers that are made from it. Saving them saves its weights too.
    /// </param>
    /// <param name="outputColumnName">The column that is added, a text. Default "Answer".</param>
    /// <param name="promptColumnName">Text, or chat messages as JSON. Default "Prompt".</param>
    /// <param name="options">Null for the likeliest tokens, at most 256. Where it samples, a row's text depends on its prompt and the seed alone.</param>
    /// <exception cref="ArgumentException">A name is empty, or options are out of range; all of them are listed.</exception>
    public TextGenerationEstimator Generate(
        AlignmentTransformer model, string outputColumnName = "Answer", string promptColumnName = "Prompt", GenerationOptions? options = null) =>
        new(_context, model, outputColumnName, promptColumnName, options ?? new GenerationOptions());
}
