using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// Two overloads with optional parameters: trainers and chains have no type in common.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

/// <summary>What <c>mlContext.Alignment</c> offers.</summary>
public sealed partial class AlignmentCatalog
{
    private readonly MLContext _context;

    internal AlignmentCatalog(MLContext context)
    {
        _context = context;
        Trainers = new AlignmentTrainers(context);
        Recipes = new AlignmentRecipes(context);
        Transforms = new AlignmentTransforms(context);
    }

    /// <summary>The trainers.</summary>
    public AlignmentTrainers Trainers { get; }

    /// <summary>Recipes: files of settings, as the SimPO repository, TRL and LLaMA-Factory have them.</summary>
    public AlignmentRecipes Recipes { get; }

    /// <summary>The transforms that use a model.</summary>
    public AlignmentTransforms Transforms { get; }

    /// <summary>The families of models that can be tuned, scored and generated with, in the order in which they were added.</summary>
#pragma warning disable CA1822 // asked of the catalog, as all that it offers
    public IReadOnlyList<SupportedModel> SupportedModels() => SupportedModelTable.All();

    /// <summary>What this process computes with: versions, processor, memory, devices, and what is taken of them. It loads libtorch.</summary>
    /// <exception cref="DllNotFoundException">libtorch or TorchSharp's native library could not be loaded.</exception>
    /// <exception cref="InvalidOperationException">The environment variable SIMPO_MATRIX_PRODUCTS says what is not there.</exception>
    public AlignmentEnvironment Environment() => new();
#pragma warning restore CA1822

    /// <summary>A model folder as it is, without tuning: scores pairs and generates.</summary>
    /// <param name="modelPath">
    /// A folder in Hugging Face layout, or one of a LoRA adapter in PEFT layout, whose adapter_config.json names the folder of its base model.
    /// </param>
    /// <param name="options">
    /// Columns, beta and lengths, and <see cref="ScoringOptions.AdapterPath"/> for an adapter on the model. A trainer's options are such options too: the model
    /// then scores as one that was tuned with them. Null for the defaults.
    /// </param>
    /// <returns>A transformer that owns the weights, float32 in memory: dispose it to free them. It does not need the folder any more.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or the adapter's base model is none here.</exception>
    /// <exception cref="FileNotFoundException">The folder lacks a file.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or does not fit the model; tensors that are missing or misshapen are listed all at once.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// The model's family is not supported, its configuration asks for what is not computed, or its weights take more memory than there is.
    /// </exception>
    public AlignmentTransformer LoadModel(string modelPath, ScoringOptions? options = null)
    {
        ScoringOptions own = (options ?? new ScoringOptions()).Copy();
        if (own is PreferenceTrainerOptions ofTrainer) (ofTrainer.ModelPath, ofTrainer.BaseModel, ofTrainer.Lora) = (modelPath, null, null);
        own.Validate();
        if (string.IsNullOrWhiteSpace(modelPath) && own.AdapterPath is null)
            throw new ArgumentException("`modelPath` must name a folder in Hugging Face layout, but was empty.", nameof(modelPath));
        return new ModelSource(modelPath, own.AdapterPath, null, own.ChatTemplate).OpenTransformer(_context, own);
    }

    /// <summary>
    /// A reward model in Hugging Face layout (<c>...ForSequenceClassification</c> with one label): what it says of a prompt and an answer is the answer's
    /// reward.
    /// </summary>
    /// <remarks>
    /// The transformer reads pairs, or with <see cref="ScoringOptions.Rows"/> prompts with one response. For a single column in a pipeline use
    /// <see cref="AlignmentTransforms.ScoreResponses"/>. <see cref="LoadModel"/> loads both kinds of models.
    /// </remarks>
    /// <param name="modelPath">A folder of a reward model, or one of a LoRA adapter that makes one of its base model.</param>
    /// <param name="options">Columns, lengths and template; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The folder holds a language model.</exception>
    /// <exception cref="NotSupportedException">
    /// The model has several labels, is computed by code of its makers' own, or its family is not supported.
    /// </exception>
    /// <inheritdoc cref="LoadModel" path="/returns|/exception"/>
    public AlignmentTransformer LoadRewardModel(string modelPath, ScoringOptions? options = null)
    {
        AlignmentTransformer model = LoadModel(modelPath, options);
        if (model.IsRewardModel) return model;
        string name = model.Model.Name;
        model.Dispose();
        throw new InvalidOperationException(
            $"{name} is a language model, and no reward model. Load it with `LoadModel`, or make a reward model of it with `Trainers.Reward`.");
    }

    /// <summary>
    /// What a model is, and how much memory scoring and training it takes. Its configuration is read and no weights, so it takes no time whatever its size.
    /// </summary>
    /// <param name="modelPath">
    /// A folder in Hugging Face layout, of which config.json is enough, or one of a LoRA adapter, whose base model is described.
    /// </param>
    /// <param name="options">What it would be trained with; null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">The adapter's base model is no folder here.</exception>
    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    /// <exception cref="InvalidDataException">The configuration is damaged, asks for sizes that no model has, or the options of LoRA do not fit it.</exception>
    /// <exception cref="NotSupportedException">The model's family is not supported, or its configuration asks for what is not computed.</exception>
    public ModelDescription DescribeModel(string modelPath, PreferenceTrainerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelPath);
        using IChannel channel = ((IHostEnvironment)_context).RegisterOwn("ModelDescriber").Start("Description");
        return ModelDescriber.Describe(modelPath, options, channel.Info);
    }

    /// <summary>Parts pairs into a train and a test set so that no prompt stands on both sides; prompts count as equal up to case and white space.</summary>
    /// <param name="data">The pairs. The prompts are read once, when the first row of a part is asked for.</param>
    /// <param name="testFraction">The share of the rows for testing, above 0 and below 1; the rows of one prompt may bring it above. Default 0.1.</param>
    /// <param name="promptColumnName">Default "Prompt".</param>
    /// <param name="seed">Which prompts are chosen depends on it and on the set of prompts, not on their order. Null takes the context's seed, or 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range, or the column is missing or not text.</exception>
    public DataOperationsCatalog.TrainTestData TrainTestSplit(
        IDataView data, double testFraction = 0.1, string promptColumnName = "Prompt", int? seed = null) =>
        PromptPartition.Split(((IHostEnvironment)_context).RegisterOwn("PromptPartition"), data, promptColumnName, testFraction, SeedOr(seed));

    /// <summary>Judges what <see cref="LanguageModelTransformer.Transform"/> gave.</summary>
    /// <param name="data">With the columns that the transformer adds.</param>
    /// <param name="targetMargin">
    /// Subtracted from every margin in the log-loss. Null, the default, for that of the loss that the model was tuned with, for SimPO beta times
    /// gamma_beta_ratio, which goes with the columns that the transformer adds; 0 where there is none.
    /// </param>
    /// <param name="chosenRewardColumnName">The rewards of the chosen answers.</param>
    /// <param name="rejectedRewardColumnName">The rewards of the rejected answers.</param>
    /// <param name="chosenColumnName">
    /// The chosen answers, for <see cref="AlignmentMetrics.LengthCorrelation"/>; null takes "Chosen" where there is such a text column.
    /// </param>
    /// <param name="rejectedColumnName">The rejected answers, likewise; null takes "Rejected".</param>
    /// <param name="groupColumnName">
    /// A column whose values part the rows into <see cref="AlignmentMetrics.Groups"/>, each judged by itself as well; null for none.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public AlignmentMetrics Evaluate(IDataView data, double? targetMargin = null,
        string chosenRewardColumnName = ScoreColumns.ChosenReward, string rejectedRewardColumnName = ScoreColumns.RejectedReward,
        string? chosenColumnName = null, string? rejectedColumnName = null, string? groupColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        IHost host = ((IHostEnvironment)_context).RegisterOwn("AlignmentEvaluator");
        return MetricsReader.Read(
            host, data, targetMargin, chosenRewardColumnName, rejectedRewardColumnName, chosenColumnName, rejectedColumnName, groupColumnName);
    }

    /// <summary>
    /// Tunes a model on all but one part of the pairs and judges it on that part, for each part. All pairs of a prompt stand in the same part. The base weights
    /// are read once; each fold's tuned weights are freed when the fold is judged.
    /// </summary>
    /// <typeparam name="TOptions">The trainer's options.</typeparam>
    /// <param name="data">The pairs.</param>
    /// <param name="trainer">What is tuned; its options are not changed.</param>
    /// <param name="numberOfFolds">At least 2. Default 5.</param>
    /// <param name="seed">Decides which prompts stand together. Null takes the context's seed, or 1.</param>
    /// <param name="keepModels">Whether each fold's model is kept, for the caller to dispose. Default false.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or a column is missing or not text.</exception>
    /// <exception cref="InvalidOperationException">There are fewer prompts than folds, or a loss stopped being a finite number.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<CrossValidationFold> CrossValidate<TOptions>(
        IDataView data, PreferenceTrainer<TOptions> trainer, int numberOfFolds = 5, int? seed = null, bool keepModels = false,
        CancellationToken cancellationToken = default)
        where TOptions : PreferenceTrainerOptions
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(trainer);
        return CrossValidation.Run(_context, data, trainer.CopyOfOptions(), numberOfFolds, SeedOr(seed), keepModels, cancellationToken);
    }

    /// <summary>
    /// Fits a chain of estimators that ends in one of our trainers on all but one part of the pairs and judges it on that part, for each part. All pairs of a
    /// prompt stand in the same part. Each fold reads the base weights; its tuned weights are freed when it is judged.
    /// </summary>
    /// <param name="data">The pairs, as the chain takes them.</param>
    /// <param name="chain">What is fitted: <c>transforms.Append(trainer)</c>.</param>
    /// <param name="numberOfFolds">At least 2. Default 5.</param>
    /// <param name="promptColumnName">The column of <paramref name="data"/> by which pairs stand together. Default "Prompt".</param>
    /// <param name="seed">Decides which prompts stand together. Null takes the context's seed, or 1.</param>
    /// <param name="keepModels">Whether each fold's model is kept, for the caller to dispose; it takes what the chain gives it. Default false.</param>
    /// <param name="cancellationToken">Ends the work between two folds.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or a column is missing or not text.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<CrossValidationFold> CrossValidate(
        IDataView data, IEstimator<TransformerChain<AlignmentTransformer>> chain, int numberOfFolds = 5, string promptColumnName = "Prompt", int? seed = null,
        bool keepModels = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(chain);
        return CrossValidation.Run(_context, data, chain, numberOfFolds, promptColumnName, SeedOr(seed), keepModels, cancellationToken);
    }

    /// <summary>
    /// Searches options: tunes a model with each of many choices, judges it on held-out pairs, and keeps the best. Trials run one after another, for each uses
    /// all cores; the base weights are read once. A trial that goes astray is stopped early and counted as <see cref="AlignmentTrialStatus.Diverged"/>.
    /// </summary>
    /// <param name="trainSet">The pairs to learn from.</param>
    /// <param name="validationSet">Held-out pairs to judge by; see <see cref="TrainTestSplit"/>.</param>
    /// <param name="options">
    /// The options of every trial but for what is searched and for the run folder: <see cref="SweepOptions.OutputPath"/> is the sweep's.
    /// </param>
    /// <param name="sweep">How to search; null for 30 random trials over learning rate, beta and gamma_beta_ratio.</param>
    /// <param name="cancellationToken">Ends the work. Results in <see cref="SweepOptions.OutputPath"/> stay, and an equal sweep goes on behind them.</param>
    /// <returns>All trials, and the best one's model: dispose it.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="InvalidOperationException">No trial completed, or the folder holds another sweep's trials.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SweepResult Sweep(
        IDataView trainSet, IDataView validationSet, PreferenceTrainerOptions options, SweepOptions? sweep = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trainSet);
        ArgumentNullException.ThrowIfNull(validationSet);
        ArgumentNullException.ThrowIfNull(options);
        sweep ??= new SweepOptions();
        using var sweeper = new Sweeper(_context, options, sweep, SeedOr(sweep.Seed));
        if (sweep.Runner is { } runner) return sweeper.Run(runner, cancellationToken);
        using var own = new FitTrialRunner(_context, trainSet, validationSet, sweep, new SharedBase(_context, options.Copy()));
        return sweeper.Run(own, cancellationToken);
    }

    private int SeedOr(int? seed) => seed ?? ((IHostEnvironmentInternal)_context).Seed ?? 1;
}
