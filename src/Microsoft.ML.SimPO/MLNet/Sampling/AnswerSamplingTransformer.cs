using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

[assembly: ModelLoader(typeof(AnswerSamplingTransformer), "SimPO answer sampler", AnswerSamplingTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>
/// Adds a column with several texts that a model writes in answer to each row's prompt, one for each seed. A row's texts depend on its prompt and the seeds
/// alone.
/// </summary>
/// <remarks>One that was loaded owns its weights; one that was made from a <see cref="AlignmentTransformer"/> uses that model's.</remarks>
public sealed class AnswerSamplingTransformer : LanguageModelTransformer
{
    internal const string LoaderSignature = "SimPOAnswerSampler";

    private const int MaxSeeds = 10_000;

    private static readonly VersionInfo SavedAs = SavedVersion.Of("SIMPOSMP", LoaderSignature);

    private string _outputColumn = ""; // all are set by the base's constructor when a saved one is loaded
    private GenerationOptions _generation = new();
    private int[] _seeds = [];

    internal AnswerSamplingTransformer(IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, SamplingOptions options)
        : base(environment.RegisterOwn(LoaderSignature), model, options.PromptColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        options.Validate(nameof(options));
        if (options.MaxPrompts is not null)
            throw new ArgumentException("`MaxPrompts` must be null here, for every row gets its answers. Take the first rows of the data.", nameof(options));
        (_outputColumn, _generation, _seeds) = (outputColumnName, options.Sampling, [.. options.Seeds]);
        ColumnMap = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal AnswerSamplingTransformer(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, context, SavedAs) => ColumnMap = MakeColumns();

    private protected override IColumnMap ColumnMap { get; }

    private protected override VersionInfo Version => SavedAs;

    private protected override void ReadOwn(ModelLoadContext context)
    {
        (_outputColumn, _generation) = (context.LoadNonEmptyString(), SavedGeneration.Read(context));
        int count = context.Reader.ReadInt32();
        if (count is < 1 or > MaxSeeds)
            throw new InvalidDataException(FormattableString.Invariant($"The saved model is damaged: it claims to hold {count} seeds."));
        _seeds = new int[count];
        for (int i = 0; i < count; i++) _seeds[i] = context.Reader.ReadInt32();
    }

    private protected override void WriteOwn(ModelSaveContext context)
    {
        context.SaveNonEmptyString(_outputColumn);
        SavedGeneration.Write(context, _generation);
        context.Writer.Write(_seeds.Length);
        foreach (int seed in _seeds) context.Writer.Write(seed);
    }

    private ColumnMap<string[]> MakeColumns()
    {
        var writer = new AnswerWriter(Model, Options, Warn);
        return new ColumnMap<string[]>(
            [("prompt", Options.PromptColumnName)],
            [ComputedColumn<string[]>.Texts(_outputColumn, _seeds.Length, texts => texts)],
            () => new SampledBatch(Host, writer, _generation, _seeds));
    }
}
