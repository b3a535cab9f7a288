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
using static TorchSharp.torch;

[assembly: LoadableClass(typeof(SimPOTransformer), null, typeof(SignatureLoadModel), "SimPO language model", SimPOTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>
/// A language model that scores pairs and generates. It adds <c>ChosenReward</c> and <c>RejectedReward</c> (beta times the mean log-probability of
/// the answer's tokens), <c>Margin</c> and <c>Score</c> (chosen minus rejected reward, without gamma) and <c>PredictedLabel</c> (margin above 0).
/// </summary>
/// <remarks>It owns the model's weights: dispose it to free them.</remarks>
public sealed partial class SimPOTransformer : LanguageModelTransformer
{
    internal const string LoaderSignature = "SimPOTransformer";

    private const string RunStream = "TrainingRun";

    private static readonly VersionInfo SavedAs = SavedVersion.Of("SIMPOLLM", LoaderSignature, written: 0x00010002); // adapters

    /// <param name="model">It belongs to the transformer.</param>
    /// <param name="run">What was done to the model.</param>
    internal SimPOTransformer(IHostEnvironment environment, LanguageModel model, SimPOTrainer.Options options, TrainingRun run)
        : base(environment.Register(LoaderSignature), model, options.Copy())
    {
        TrainingRun = run;
        Options.BaseModel = null; // it may be gone before this one
        ColumnMap = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal SimPOTransformer(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, context, SavedAs) => ColumnMap = MakeColumns();

    /// <summary>The scale of the rewards.</summary>
    public float Beta => Options.Beta;

    /// <summary>The target margin over beta that the model was tuned with.</summary>
    public float GammaBetaRatio => Options.GammaBetaRatio;

    /// <summary><c>model_type</c> of the model's configuration.</summary>
    public string ModelFamily => Model.Decoder.Architecture.ModelType;

    /// <summary>Weights of the model, those that a tied head shares counted once.</summary>
    public long ParameterCount => Model.Decoder.ParameterCount;

    /// <summary>Weights of the LoRA adapter on the model, those of modules that it holds whole among them; 0 where there is none.</summary>
    public long AdapterParameterCount => Model.Decoder.Adapter?.ParameterCount ?? 0;

    /// <summary>The fit that the model comes from, which is saved with it: steps, evaluations, findings. Without any for a model that was loaded from a folder.</summary>
    public TrainingRun TrainingRun { get; private set; } = TrainingRun.None;

    /// <summary>
    /// A folder for the weights when <c>mlContext.Model.Save</c> saves the model: a path relative to the saved file, such as <c>"tuned-weights"</c>. It is a
    /// checkpoint in Hugging Face layout; the saved file names it by its relative path and by the SHA-256 of its files, so the two must be moved
    /// together. Null, the default, puts the weights into the saved file, which takes at most 1.5 GB of them. Every transformer of this model is saved so. To save over a model, use <c>mlContext.Model.SaveAtomically</c>: a failed <c>Save</c> has
    /// emptied the old file.
    /// </summary>
    public string? ExternalWeights
    {
        get => Model.ExternalWeights;
        set => Model.ExternalWeights = value;
    }

    private protected override IColumnMap ColumnMap { get; }

    private protected override void WriteOwn(ModelSaveContext context) => context.SaveBinaryStream(RunStream, writer => TrainingRunStream.Write(writer, TrainingRun));

    /// <summary>Models that were saved before runs were saved with them have none.</summary>
    private protected override void ReadOwn(ModelLoadContext context) => context.TryLoadBinaryStream(RunStream, reader => TrainingRun = TrainingRunStream.Read(reader));

    private protected override VersionInfo Version => SavedAs;

    /// <summary>This model with another LoRA adapter. The weights below it are in memory once: they are freed when all transformers that use them are disposed.</summary>
    /// <param name="adapterPath">A folder in PEFT layout: adapter_config.json, adapter_model.safetensors.</param>
    /// <returns>A transformer of its own; dispose it too.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It lacks a file.</exception>
    /// <exception cref="InvalidDataException">The adapter computes something this library does not, or does not fit the model; all faults are listed.</exception>
    public SimPOTransformer WithAdapter(string adapterPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterPath);
        SimPOTrainer.Options options = Options.Copy();
        (options.AdapterPath, options.BaseModel) = (adapterPath, this);
        return FromOptions(Host, options);
    }

    /// <summary>Writes the LoRA adapter in PEFT layout, with the tokenizer's files, so that Hugging Face's libraries load it onto the base model.</summary>
    /// <param name="path">A new folder, or one of an adapter, which is replaced at once when everything is written.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    /// <exception cref="IOException">The folder cannot be written, or is one of something else; what was there is as before.</exception>
    public void SaveAdapter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LoraAdapter adapter = Model.Decoder.Adapter ?? throw new InvalidOperationException("The model has no LoRA adapter. Use SaveCheckpoint, or train with `Lora`.");
        AdapterFolder.Write(path, adapter.Config, ParameterSources.Adapter(adapter), Model.Files.Where(f => ModelFile.IsOfAdapter(f.Name)));
    }

    /// <summary>
    /// Writes the model in the layout of the folder that it came from, so that Hugging Face's libraries load it. A LoRA adapter is merged into the weights, W + s B A.
    /// </summary>
    /// <param name="path">A new folder, or one of a model, which is replaced at once when everything is written.</param>
    /// <param name="precision">How weights are stored. bfloat16 takes half of the space and rounds small updates away; the log says how many. Default float32.</param>
    /// <param name="maxShardSize">The most bytes of weights in one file; above it there are several and an index. Default 5 GB, as Hugging Face has it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxShardSize"/> is less than 1.</exception>
    /// <exception cref="IOException">The folder cannot be written, or is one of something else; what was there is as before.</exception>
    public void SaveCheckpoint(string path, CheckpointPrecision precision = CheckpointPrecision.Float32, long maxShardSize = CheckpointWriter.DefaultMaxShardBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardSize, 1);
        CheckpointType type = precision == CheckpointPrecision.BFloat16 ? CheckpointType.BFloat16 : CheckpointType.Float32;
        CheckpointSummary summary = new CheckpointWriter(Model.Files) { Type = type, MaxShardBytes = maxShardSize, SourceFolder = Directory.Exists(Options.ModelPath) ? Options.ModelPath : null }.Write(path, Model.Tensors());
        using IChannel channel = Host.Start("Saving");
        FitReport.Saved(channel, path, summary);
    }

    /// <summary>What the model is, and how much memory it needs for scoring and for training with these options' micro-batches.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelDescription Describe()
    {
        Models.DecoderArchitecture a = Model.Decoder.Architecture;
        var memory = new MemoryEstimate(Model.Decoder, Options.Plan(ComputePlan.Of(Model.Decoder)));
        return new ModelDescription(a.ModelType, Model.Decoder.ParameterCount, a.Layers.Count, a.HiddenSize, a.VocabularySize, a.MaxPositions, Model.StoredType ?? "float32",
            memory.ToScore, memory.ToTrain(Options.KeepsBest && Options.OutputPath is null));
    }

    internal static SimPOTransformer FromOptions(IHostEnvironment environment, SimPOTrainer.Options options) =>
        new(environment, LoadModel(environment, options), options, TrainingRun.None);

    /// <summary>The model that options name, with what should be known of it in the log. It is the caller's.</summary>
    internal static LanguageModel LoadModel(IHostEnvironment environment, SimPOTrainer.Options options)
    {
        Native.TorchRuntime.EnsureLoaded();
        return Load(environment, options).After(model =>
        {
            using IChannel channel = environment.Register(LoaderSignature).Start("Loading");
            foreach (string note in model.Notes) channel.Info(note);
            AdapterSetup.Report(model, channel);
        });
    }

    private static LanguageModel Load(IHostEnvironment environment, SimPOTrainer.Options options)
    {
        if (options.BaseModel is not { } loaded) return LanguageModel.Load(ModelLocation.Of(options), ComputePlan.On(ComputeDevice.Of(environment)));
        LanguageModel model = loaded.Model.Share(withAdapter: options.AdapterPath is null);
        return options.AdapterPath is { } adapter ? model.After(m => m.LoadAdapter(adapter)) : model;
    }

    private ColumnMap<PairScore> MakeColumns()
    {
        var scorer = new RowScorer(Model, Options);
        return new ColumnMap<PairScore>(PairColumns.Names(Options), ScoreColumns.All, () => new PairBatch<PairScore>(scorer, score => score));
    }
}
