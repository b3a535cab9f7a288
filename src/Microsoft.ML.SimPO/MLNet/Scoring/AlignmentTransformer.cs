using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training.State;
using Microsoft.ML.Tokenizers;
using static TorchSharp.torch;

[assembly: ModelLoader(
    typeof(AlignmentTransformer), "Aligned language model", AlignmentTransformer.LoaderSignature, AlignmentTransformer.FormerLoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>
/// A language model that scores pairs and generates. It adds <c>ChosenReward</c> and <c>RejectedReward</c> (what the method that the model was tuned with takes
/// the answers to be worth, for SimPO beta times the mean log-probability of the answer's tokens), <c>Margin</c> and <c>Score</c> (chosen minus rejected
/// reward, without gamma), <c>PredictedLabel</c> (margin above 0) and <c>Probability</c> (sigma of the margin: how likely the chosen answer is the better one,
/// by the model). Where rows have one answer (see <see cref="ScoringOptions.Rows"/>), its reward is <c>ChosenReward</c> and <c>Score</c>;
/// <c>RejectedReward</c>, <c>Margin</c> and <c>Probability</c> are not a number, and no label is predicted. A reward model (<see cref="IsRewardModel"/>) scores
/// by what it says, and writes nothing.
/// </summary>
/// <remarks>
/// It owns the model's weights: dispose it to free them. What is under way then comes to its end first, and whoever asks for more gets an
/// <see cref="ObjectDisposedException"/>. A prediction engine never disposes it, whatever <c>OwnsTransformer</c> says: others may use the model, too.
/// </remarks>
public sealed partial class AlignmentTransformer : LanguageModelTransformer
{
    internal const string LoaderSignature = "AlignmentTransformer";

    /// <summary>What saved models up to version 0x00010002 name.</summary>
    internal const string FormerLoaderSignature = "SimPOTransformer";

    private const string RunStream = "TrainingRun";

    private static readonly VersionInfo SavedAs = SavedVersion.Of("SIMPOLLM", LoaderSignature);

    /// <param name="model">The weights, which belong to it from here on.</param>
    /// <param name="options">What of them concerns scoring is copied.</param>
    /// <param name="run">What was done to the model; null where it was loaded.</param>
    internal AlignmentTransformer(IHostEnvironment environment, LanguageModel model, ScoringOptions options, TrainingRun? run = null)
        : base(environment.RegisterOwn(LoaderSignature), model, options.ScoringPart())
    {
        TrainingRun = run ?? TrainingRun.None;
        ColumnMap = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal AlignmentTransformer(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, context, SavedAs) => ColumnMap = MakeColumns();

    /// <summary>The scale of the rewards.</summary>
    public float Beta => Options.Beta;

    /// <summary>
    /// What the margin of a pair has to reach in the loss that the model was tuned with, for SimPO beta times gamma_beta_ratio; 0 where that has none.
    /// </summary>
    public double TargetMargin => Options.TargetMargin;

    /// <summary>The model's own tokenizer: ids, tokens and counts are what the model sees. It works also when the model is disposed.</summary>
    public Tokenizer Tokenizer => Model.Tokenizer;

    /// <summary><c>model_type</c> of the model's configuration.</summary>
    public string ModelFamily => Model.Decoder.Architecture.ModelType;

    /// <summary>
    /// Whether it is a reward model: its rewards are what it says of prompt and answer, in no unit, and it writes no text.
    /// </summary>
    public bool IsRewardModel => Model.IsRewardModel;

    /// <summary>Weights of the model, those that a tied head shares counted once.</summary>
    public long ParameterCount => Model.Decoder.ParameterCount;

    /// <summary>Weights of the LoRA adapter on the model, those of modules that it holds whole among them; 0 where there is none.</summary>
    public long AdapterParameterCount => Model.Decoder.Adapter?.ParameterCount ?? 0;

    /// <summary>
    /// The fit that the model comes from, which is saved with it: steps, evaluations, findings. Without any for a model that was loaded from a folder.
    /// </summary>
    public TrainingRun TrainingRun { get; private set; } = TrainingRun.None;

    /// <summary>
    /// The folder that the weights go to when the model is saved: <see cref="ScoringOptions.ExternalWeights"/> of what it was fitted or loaded with. Null, also
    /// of a saved model that was loaded with such weights, for the saved file itself. To choose another, use <see cref="WithExternalWeights"/>.
    /// </summary>
    public string? ExternalWeights => Options.ExternalWeights;

    private protected override IColumnMap ColumnMap { get; }

    private protected override void WriteOwn(ModelSaveContext context) =>
        context.SaveBinaryStream(RunStream, writer => TrainingRunStream.Write(writer, TrainingRun));

    /// <summary>Models that were saved before runs were saved with them have none.</summary>
    private protected override void ReadOwn(ModelLoadContext context) =>
        context.TryLoadBinaryStream(RunStream, reader => TrainingRun = TrainingRunStream.Read(reader));

    private protected override VersionInfo Version => SavedAs;

    /// <summary>
    /// This model with another LoRA adapter. The weights below it are in memory once: they are freed when all transformers that use them are disposed.
    /// </summary>
    /// <param name="adapterPath">A folder in PEFT layout: adapter_config.json, adapter_model.safetensors.</param>
    /// <returns>A transformer of its own; dispose it too.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It lacks a file.</exception>
    /// <exception cref="InvalidDataException">
    /// The adapter computes something this library does not, or does not fit the model; all faults are listed.
    /// </exception>
    public AlignmentTransformer WithAdapter(string adapterPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterPath);
        return new ModelSource(null, adapterPath, this).OpenTransformer(Host, Options);
    }

    /// <summary>This model, to be saved with its weights in another place. They are in memory once.</summary>
    /// <param name="folder">See <see cref="ScoringOptions.ExternalWeights"/>; null for the saved file itself.</param>
    /// <returns>A transformer of its own; dispose it too.</returns>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public AlignmentTransformer WithExternalWeights(string? folder)
    {
        ScoringOptions options = Options.Copy();
        options.ExternalWeights = folder;
        options.Validate();
        LanguageModel model = Model.Share(withAdapter: true);
        return new AlignmentTransformer(Host, model.After(m => m.References = Model.References?.For(m)), options, TrainingRun);
    }

    /// <summary>
    /// This model with its reference model at hand, so that it scores all pairs: without it, one that was tuned over a reference model, as with DPO, and loaded
    /// from a saved file scores the pairs that it was tuned with, whose reference log-probabilities it keeps. A model that was tuned with a new LoRA adapter
    /// needs none, for its own weights without the adapter are the reference. This model's weights are in memory once.
    /// </summary>
    /// <param name="modelPath">The folder of the reference model: the one that the tuning began with, or its <c>ReferencePath</c>.</param>
    /// <returns>A transformer of its own, which has the reference model too; dispose it.</returns>
    /// <exception cref="InvalidOperationException">The rewards of this model are over no reference model.</exception>
    /// <exception cref="InvalidDataException">It is not the reference model that this model was tuned with, or a file of it is damaged.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public AlignmentTransformer WithReference(string modelPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        if (!Options.Reward.NeedsReference)
            throw new InvalidOperationException($"The rewards of {(Options.Method.Length > 0 ? Options.Method : "this model")} are over no reference model.");
        LanguageModel model = Model.Share(withAdapter: true);
        return new AlignmentTransformer(Host, model.After(m =>
        {
            m.References = new ModelReferences(Model.References?.Known, null);
            m.ScoreOver(modelPath, Options.Reward);
        }), Options, TrainingRun);
    }

    /// <summary>Writes the LoRA adapter in PEFT layout, with the tokenizer's files, so that Hugging Face's libraries load it onto the base model.</summary>
    /// <param name="path">A new folder, or one of an adapter, which is replaced at once when everything is written.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    /// <exception cref="IOException">The folder cannot be written, or is one of something else; what was there is as before.</exception>
    public void SaveAdapter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using ModelLease lease = Model.Enter();
        LoraAdapter adapter =
            lease.Decoder.Adapter ?? throw new InvalidOperationException("The model has no LoRA adapter. Use SaveCheckpoint, or train with `Lora`.");
        AdapterFolder.Write(path, adapter.Config, ParameterSources.Adapter(adapter), Model.Files.Where(f => ModelFile.IsOfAdapter(f.Name)));
    }

    /// <summary>
    /// Writes the model in the layout of the folder that it came from, so that Hugging Face's libraries load it. A LoRA adapter is merged into the weights, W +
    /// s B A.
    /// </summary>
    /// <param name="path">A new folder, or one of a model, which is replaced at once when everything is written.</param>
    /// <param name="precision">
    /// How weights are stored. bfloat16 takes half of the space and rounds small updates away; the log says how many, and where they are most of them the run
    /// has a finding <c>bf16</c> from then on. Default float32.
    /// </param>
    /// <param name="maxShardSize">The most bytes of weights in one file; above it there are several and an index. Default 5 GB, as Hugging Face has it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxShardSize"/> is less than 1.</exception>
    /// <exception cref="IOException">The folder cannot be written, or is one of something else; what was there is as before.</exception>
    public void SaveCheckpoint(
        string path, CheckpointPrecision precision = CheckpointPrecision.Float32, long maxShardSize = CheckpointWriter.DefaultMaxShardBytes) =>
        SaveCheckpoint(path, null, precision, maxShardSize);

    /// <param name="complete">Adds files to the folder before it takes its place; null for none.</param>
    /// <inheritdoc cref="SaveCheckpoint(string, CheckpointPrecision, long)"/>
    internal void SaveCheckpoint(
        string path, Action<string>? complete, CheckpointPrecision precision = CheckpointPrecision.Float32,
        long maxShardSize = CheckpointWriter.DefaultMaxShardBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardSize, 1);
        using ModelLease lease = Model.Enter();
        CheckpointType type = precision == CheckpointPrecision.BFloat16 ? CheckpointType.BFloat16 : CheckpointType.Float32;
        var writer = new CheckpointWriter(Model.Files) { Type = type, MaxShardBytes = maxShardSize, SourceFolder = Model.Folder };
        CheckpointSummary summary = writer.Write(path, ParameterSources.Merged(lease.Decoder), complete);
        using IChannel channel = Host.Start("Saving");
        if (FitReport.Saved(channel, path, summary, TrainingRun.Steps.Count) is { } finding) TrainingRun = TrainingRun.With(finding);
    }

    /// <summary>What the model is, and how much memory it needs for scoring and for training.</summary>
    /// <param name="options">What it would be trained with; null for micro-batches of the size that it scores in, activations kept.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelDescription Describe(PreferenceTrainerOptions? options = null)
    {
        using ModelLease lease = Model.Enter();
        return ModelDescriber.Describe(
            lease.Decoder.Architecture, lease.Decoder.Names, lease.Decoder.Adapter?.Config, Model.StoredType, options ?? Options);
    }

    /// <summary>What the model is and was tuned with, in a line, the same in every culture.</summary>
    public override string ToString()
    {
        string adapter = AdapterParameterCount > 0 ? FormattableString.Invariant($" and {AdapterParameterCount:N0} of an adapter") : "";
        string tuned = Options.Method.Length == 0 ? "" : FormattableString.Invariant($", tuned with {Options.Method} in {TrainingRun.Steps.Count} steps");
        return FormattableString.Invariant($"{ModelFamily} {(IsRewardModel ? "reward model" : "model")} with {ParameterCount:N0} parameters{adapter}")
            + (IsRewardModel ? tuned : FormattableString.Invariant($", beta {Beta}{tuned}"));
    }

    private ColumnMap<PairScore> MakeColumns()
    {
        var scorer = new RowScorer(Model, Options, Warn);
        return new ColumnMap<PairScore>(
            PairColumns.Names(Options), ScoreColumns.Of(Options.TargetMargin),
            () => new PairBatch<PairScore>(scorer, PairScore.Of));
    }
}
