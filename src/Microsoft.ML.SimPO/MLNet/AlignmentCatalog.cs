using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>What <c>mlContext.Alignment</c> offers.</summary>
public sealed partial class AlignmentCatalog
{
    private readonly MLContext _context;

    internal AlignmentCatalog(MLContext context)
    {
        _context = context;
        Trainers = new AlignmentTrainers(context);
        Transforms = new AlignmentTransforms(context);
    }

    /// <summary>The trainers.</summary>
    public AlignmentTrainers Trainers { get; }

    /// <summary>The transforms that use a model.</summary>
    public AlignmentTransforms Transforms { get; }

    /// <summary>A model folder as it is, without tuning: scores pairs and generates.</summary>
    /// <param name="modelPath">A folder in Hugging Face layout.</param>
    /// <param name="options">Columns, beta and lengths; its <see cref="SimPOTrainer.Options.ModelPath"/> is not used. Null for the defaults.</param>
    public SimPOTransformer LoadModel(string modelPath, SimPOTrainer.Options? options = null)
    {
        SimPOTrainer.Options own = (options ?? new SimPOTrainer.Options()).Copy();
        own.ModelPath = modelPath;
        own.Validate();
        return SimPOTransformer.FromFolder(_context, own);
    }

    /// <summary>Parts pairs into a train and a test set so that no prompt stands on both sides; prompts count as equal up to case and white space.</summary>
    /// <param name="data">The pairs. The prompts are read once, when the first row of a part is asked for.</param>
    /// <param name="testFraction">The share of the rows for testing, above 0 and below 1; the rows of one prompt may bring it above. Default 0.1.</param>
    /// <param name="promptColumnName">Default "Prompt".</param>
    /// <param name="seed">Which prompts are chosen depends on it and on the set of prompts, not on their order. Null takes the context's seed, or 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range, or the column is missing or not text.</exception>
    public DataOperationsCatalog.TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string promptColumnName = "Prompt", int? seed = null) =>
        PromptPartition.Split(((IHostEnvironment)_context).Register("PromptPartition"), data, promptColumnName, testFraction, SeedOr(seed));

    /// <summary>Judges what <see cref="SimPOTransformer.Transform"/> gave.</summary>
    /// <param name="data">With the columns that the transformer adds.</param>
    /// <param name="targetMargin">Subtracted from every margin in the log-loss: beta times gamma_beta_ratio for the loss that training minimises. Default 0.</param>
    /// <param name="chosenRewardColumnName">The rewards of the chosen answers.</param>
    /// <param name="rejectedRewardColumnName">The rewards of the rejected answers.</param>
    /// <param name="chosenColumnName">The chosen answers, for <see cref="AlignmentMetrics.LengthCorrelation"/>; null takes "Chosen" where there is such a text column.</param>
    /// <param name="rejectedColumnName">The rejected answers, likewise; null takes "Rejected".</param>
    /// <param name="groupColumnName">A column whose values part the rows into <see cref="AlignmentMetrics.Groups"/>, each judged by itself as well; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public AlignmentMetrics Evaluate(IDataView data, double targetMargin = 0,
        string chosenRewardColumnName = ScoreColumns.ChosenReward, string rejectedRewardColumnName = ScoreColumns.RejectedReward,
        string? chosenColumnName = null, string? rejectedColumnName = null, string? groupColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        IHost host = ((IHostEnvironment)_context).Register("AlignmentEvaluator");
        return MetricsReader.Read(host, data, targetMargin, chosenRewardColumnName, rejectedRewardColumnName, chosenColumnName, rejectedColumnName, groupColumnName);
    }

    private int SeedOr(int? seed) => seed ?? ((IHostEnvironmentInternal)_context).Seed ?? 1;
}
