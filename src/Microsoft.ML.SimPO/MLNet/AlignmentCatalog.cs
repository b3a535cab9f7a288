using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>What <c>mlContext.Alignment</c> offers.</summary>
public sealed class AlignmentCatalog
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

    /// <summary>
    /// Reads preference pairs from a file or folder; its layout is recognised by its fields, and one Info line says which it was.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="filters">What to leave out beside rows that are no pairs; null for nothing. What is left out is counted in a warning.</param>
    /// <returns>
    /// Columns <c>Prompt</c> (text, or chat messages as a JSON array of <c>role</c> and <c>content</c> where there is a system message or an earlier
    /// turn), <c>Chosen</c>, <c>Rejected</c>, and where the file has them <c>ScoreChosen</c> and <c>ScoreRejected</c>.
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The file does not hold pairs.</exception>
    public IDataView LoadPreferences(string path, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null) =>
        PreferenceDataView.Load(_context, path, options, filters);

    /// <summary>Counts what is in a file of preference pairs: rows kept and dropped by reason, lengths, length bias, duplicates, turns.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="filters">What to leave out beside rows that are no pairs; null for nothing.</param>
    /// <returns>A record that prints as a table. Lengths are in characters.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">The file does not hold pairs.</exception>
    public PreferenceStatistics DescribePreferences(string path, PreferenceLoadOptions? options = null, PreferenceFilterOptions? filters = null) =>
        PreferenceDataView.Statistics(_context, path, options, filters);

    /// <summary>A model folder as it is, without tuning: scores pairs and generates.</summary>
    /// <param name="modelPath">A folder in Hugging Face layout, or one of a LoRA adapter in PEFT layout, whose adapter_config.json names the folder of its base model.</param>
    /// <param name="options">
    /// Columns, beta and lengths, and <see cref="SimPOTrainer.Options.AdapterPath"/> for an adapter on the model; its <see cref="SimPOTrainer.Options.ModelPath"/> and what concerns
    /// training are not used. Null for the defaults.
    /// </param>
    public SimPOTransformer LoadModel(string modelPath, SimPOTrainer.Options? options = null)
    {
        SimPOTrainer.Options own = (options ?? new SimPOTrainer.Options()).Copy();
        (own.ModelPath, own.BaseModel, own.Lora) = (modelPath, null, null);
        own.Validate();
        return SimPOTransformer.FromOptions(_context, own);
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
