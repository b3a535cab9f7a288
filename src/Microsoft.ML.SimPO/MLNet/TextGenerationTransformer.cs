using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

[assembly: LoadableClass(typeof(TextGenerationTransformer), null, typeof(SignatureLoadModel), "SimPO text generator", TextGenerationTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>Adds a column with the text that a model writes in answer to each row's prompt. A row's text does not depend on the other rows.</summary>
/// <remarks>Thread safe. One that was loaded owns its weights; one that was made from a <see cref="SimPOTransformer"/> uses that model's.</remarks>
public sealed class TextGenerationTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "SimPOTextGenerator";

    private readonly IHost _host;
    private readonly LanguageModel _model;
    private readonly SimPOTrainer.Options _options;
    private readonly GenerationOptions _generation;
    private readonly string _outputColumn;
    private readonly bool _ownsModel;

    internal TextGenerationTransformer(IHostEnvironment environment, SimPOTransformer model, string outputColumn, string promptColumn, GenerationOptions generation)
    {
        _host = environment.Register(LoaderSignature);
        (_outputColumn, _generation, _model) = (outputColumn, generation, model.Model);
        _options = model.Options.Copy();
        _options.PromptColumnName = promptColumn;
        Columns = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal TextGenerationTransformer(IHostEnvironment environment, ModelLoadContext context)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(context);
        _host = environment.Register(LoaderSignature);
        context.CheckAtModel(GetVersionInfo());
        _outputColumn = context.LoadNonEmptyString();
        _generation = SavedGeneration.Read(context);
        _options = SavedOptions.Read(context);
        _model = ModelArchive.Load(context, ComputeDevice.Of(environment));
        _ownsModel = true;
        Columns = MakeColumns();
    }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal ColumnMap<string> Columns { get; }

    /// <summary>The schema with the text column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Columns.OutputSchema(_host, inputSchema);

    /// <summary>The rows with the text column. Nothing is written before a cursor asks for a text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public IDataView Transform(IDataView input) => Columns.Transform(_host, input);

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Columns.RowMapper(_host, inputSchema);

    /// <summary>Frees the weights if they are its own, which they are after loading.</summary>
    public void Dispose()
    {
        if (_ownsModel) _model.Dispose();
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());
        ctx.SaveNonEmptyString(_outputColumn);
        SavedGeneration.Write(ctx, _generation);
        SavedOptions.Write(ctx, _options);
        ModelArchive.Save(ctx, _model);
    }

    private ColumnMap<string> MakeColumns()
    {
        var writer = new AnswerWriter(_model, _options);
        return new ColumnMap<string>(
            [("prompt", _options.PromptColumnName)],
            [ComputedColumn<string>.Text(_outputColumn, text => text)],
            () => new PromptBatch(_host, writer, _generation));
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "SIMPOGEN",
        verWrittenCur: 0x00010001, // first version
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TextGenerationTransformer).Assembly.FullName);
}
