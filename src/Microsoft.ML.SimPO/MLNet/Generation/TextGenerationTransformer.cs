using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

[assembly: ModelLoader(typeof(TextGenerationTransformer), "SimPO text generator", TextGenerationTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with the text that a model writes in answer to each row's prompt. A row's text depends on its prompt and the seed alone.</summary>
/// <remarks>One that was loaded owns its weights; one that was made from a <see cref="AlignmentTransformer"/> uses that model's.</remarks>
public sealed class TextGenerationTransformer : LanguageModelTransformer
{
    internal const string LoaderSignature = "SimPOTextGenerator";

    private static readonly VersionInfo SavedAs = SavedVersion.Of("SIMPOGEN", LoaderSignature);

    private string _outputColumn = ""; // both are set by the base's constructor when a saved one is loaded
    private GenerationOptions _generation = new();

    internal TextGenerationTransformer(
        IHostEnvironment environment, AlignmentTransformer model, string outputColumnName, string promptColumnName, GenerationOptions options)
        : base(environment.RegisterOwn(LoaderSignature), model, promptColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        options.Validate(nameof(options));
        (_outputColumn, _generation) = (outputColumnName, options);
        if (options.Unused is { } unused) Warn(unused);
        ColumnMap = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal TextGenerationTransformer(IHostEnvironment environment, ModelLoadContext context)
        : base(environment, context, SavedAs) => ColumnMap = MakeColumns();

    private protected override IColumnMap ColumnMap { get; }

    private protected override VersionInfo Version => SavedAs;

    private protected override void ReadOwn(ModelLoadContext context) =>
        (_outputColumn, _generation) = (context.LoadNonEmptyString(), SavedGeneration.Read(context));

    private protected override void WriteOwn(ModelSaveContext context)
    {
        context.SaveNonEmptyString(_outputColumn);
        SavedGeneration.Write(context, _generation);
    }

    private ColumnMap<string> MakeColumns()
    {
        var writer = new AnswerWriter(Model, Options, Warn);
        return new ColumnMap<string>(
            [("prompt", Options.PromptColumnName)],
            [ComputedColumn<string>.Text(_outputColumn, text => text)],
            () => new PromptBatch(Host, writer, _generation));
    }
}
