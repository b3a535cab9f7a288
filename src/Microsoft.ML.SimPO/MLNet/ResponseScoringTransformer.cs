using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

[assembly: LoadableClass(typeof(ResponseScoringTransformer), null, typeof(SignatureLoadModel), "SimPO response scorer", ResponseScoringTransformer.LoaderSignature)]

namespace Microsoft.ML.SimPO;

/// <summary>
/// Adds a column with the reward of each row's response: beta times the mean log-probability of its tokens, in nats; the higher, the better the model
/// likes the response. Rewards of responses to the same prompt can be compared, whatever their lengths.
/// </summary>
/// <remarks>Thread safe. One that was loaded owns its weights; one that was made from a <see cref="SimPOTransformer"/> uses that model's.</remarks>
public sealed class ResponseScoringTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "SimPOResponseScorer";

    private readonly IHost _host;
    private readonly LanguageModel _model;
    private readonly SimPOTrainer.Options _options;
    private readonly string _outputColumn, _responseColumn;
    private readonly bool _ownsModel;

    internal ResponseScoringTransformer(IHostEnvironment environment, SimPOTransformer model, string outputColumn, string promptColumn, string responseColumn)
    {
        _host = environment.Register(LoaderSignature);
        (_outputColumn, _responseColumn, _model) = (outputColumn, responseColumn, model.Model);
        _options = model.Options.Copy();
        _options.PromptColumnName = promptColumn;
        Columns = MakeColumns();
    }

    /// <summary>Loads a saved model; called by ML.NET.</summary>
    internal ResponseScoringTransformer(IHostEnvironment environment, ModelLoadContext context)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(context);
        _host = environment.Register(LoaderSignature);
        context.CheckAtModel(GetVersionInfo());
        _outputColumn = context.LoadNonEmptyString();
        _responseColumn = context.LoadNonEmptyString();
        _options = SavedOptions.Read(context);
        _model = ModelArchive.Load(context, ComputeDevice.Of(environment));
        _ownsModel = true;
        Columns = MakeColumns();
    }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal ColumnMap<float> Columns { get; }

    /// <summary>The schema with the reward column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Columns.OutputSchema(_host, inputSchema);

    /// <summary>The rows with the reward column. Nothing is computed before a cursor asks for a reward.</summary>
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
        ctx.SaveNonEmptyString(_responseColumn);
        SavedOptions.Write(ctx, _options);
        ModelArchive.Save(ctx, _model);
    }

    private ColumnMap<float> MakeColumns()
    {
        var scorer = new RowScorer(_model, _options);
        return new ColumnMap<float>(
            [("prompt", _options.PromptColumnName), ("response", _responseColumn)],
            [ComputedColumn<float>.Single(_outputColumn, "Score", reward => reward)],
            () => new ResponseBatch(scorer));
    }

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "SIMPORSP",
        verWrittenCur: 0x00010001, // first version
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ResponseScoringTransformer).Assembly.FullName);
}
