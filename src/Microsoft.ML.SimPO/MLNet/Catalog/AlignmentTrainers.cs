namespace Microsoft.ML.SimPO;

/// <summary>The trainers of <c>mlContext.Alignment</c>.</summary>
public sealed partial class AlignmentTrainers
{
    private readonly MLContext _context;

    internal AlignmentTrainers(MLContext context) => _context = context;

    /// <summary>Tunes a language model with SimPO (arXiv 2405.14734).</summary>
    /// <param name="options">Everything that can be chosen. Copied: later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    public SimPOTrainer SimPO(SimPOTrainer.Options options) => new(_context, options);

    /// <summary>Tunes a language model with SimPO (arXiv 2405.14734).</summary>
    /// <param name="modelPath">A folder in Hugging Face layout: config.json, *.safetensors, tokenizer.json.</param>
    /// <param name="promptColumnName">Text, or chat messages as JSON.</param>
    /// <param name="chosenColumnName">The answer that was preferred.</param>
    /// <param name="rejectedColumnName">The other answer.</param>
    /// <param name="beta">The scale of the reward, above 0. Default 2.</param>
    /// <param name="gammaBetaRatio">The target margin over beta. Default 0.5.</param>
    /// <param name="learningRate">The highest learning rate, above 0. Default 5e-7.</param>
    /// <param name="epochs">Passes over the data, above 0. Default 1.</param>
    /// <exception cref="ArgumentException">Arguments are out of range; all of them are listed.</exception>
    public SimPOTrainer SimPO(string modelPath, string promptColumnName = "Prompt", string chosenColumnName = "Chosen", string rejectedColumnName = "Rejected",
        float beta = 2, float gammaBetaRatio = 0.5f, double learningRate = 5e-7, double epochs = 1) => SimPO(new SimPOTrainer.Options
        {
            ModelPath = modelPath,
            PromptColumnName = promptColumnName,
            ChosenColumnName = chosenColumnName,
            RejectedColumnName = rejectedColumnName,
            Beta = beta,
            GammaBetaRatio = gammaBetaRatio,
            LearningRate = learningRate,
            Epochs = epochs,
        });
}
