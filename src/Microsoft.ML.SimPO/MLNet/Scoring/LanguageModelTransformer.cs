using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A transformer that adds columns which a language model computes from text columns, row by row.</summary>
/// <remarks>Thread safe. What a row gets does not depend on the other rows.</remarks>
public abstract class LanguageModelTransformer : ITransformer, IDisposable
{
    private readonly PredictionEngines _engines = new();
    private readonly bool _ownsModel;

    /// <summary>Owns the weights.</summary>
    private protected LanguageModelTransformer(IHost host, LanguageModel model, ScoringOptions options) =>
        (Host, Model, Options, _ownsModel) = (host, model, options, true);

    /// <summary>Uses the weights and options of another transformer, which must not be disposed before this one.</summary>
    private protected LanguageModelTransformer(IHost host, AlignmentTransformer model, string promptColumnName)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(promptColumnName);
        (Host, Model, Options) = (host, model.Model, model.Options.Copy());
        Options.PromptColumnName = promptColumnName;
    }

    /// <summary>Loads a saved one, which owns its weights.</summary>
    private protected LanguageModelTransformer(IHostEnvironment environment, ModelLoadContext context, VersionInfo version)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(context);
        Host = environment.RegisterOwn(version.LoaderSignature);
        context.CheckAtModel(version);
        ArchiveCheck.Verify(context);
        ReadOwn(context);
        Options = SavedOptions.Read(environment, context);
        Model = ModelArchive.Load(context, ComputeDevice.Of(environment)).After(m => ReferencesStream.Load(context, m, Options.Reward));
        _ownsModel = true;
    }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    internal LanguageModel Model { get; }

    /// <summary>How it scores. Nobody changes them.</summary>
    internal ScoringOptions Options { get; }

    /// <summary>The most bytes of weights that go into a saved file.</summary>
    internal long MostBytesInArchive { get; set; } = ExternalWeightsFolder.MostBytesInside;

    private protected IHost Host { get; }

    private protected abstract IColumnMap ColumnMap { get; }

    private protected abstract VersionInfo Version { get; }

    /// <summary>The schema with the columns that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => ColumnMap.OutputSchema(Host, inputSchema);

    /// <summary>The rows with the columns that are added. Nothing is computed before a cursor asks for such a column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        Model.ThrowIfDisposed();
        IDataView view = ColumnMap.Transform(Host, input);
        if (view is IModelDataView made) made.Maker = this;
        return view;
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Model.ThrowIfDisposed();
        IRowToRowMapper mapper = ColumnMap.RowMapper(Host, inputSchema);
        _engines.Add(); // nobody else asks for it
        return mapper;
    }

    /// <summary>
    /// Frees the weights if they are its own: those of a model that was tuned or loaded are, those of another transformer's model are not. Work that is under
    /// way comes to its end first. A prediction engine that ends does not: who made or loaded the model disposes it.
    /// </summary>
    public void Dispose()
    {
        if (_ownsModel) Model.Dispose();
    }

    /// <summary>As <c>using</c>, chains and containers do it, and engines, which call no other method than these.</summary>
    void IDisposable.Dispose()
    {
        if (_ownsModel && !_engines.IsOneEnding()) Dispose();
        GC.SuppressFinalize(this);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        using IDisposable size = FileSizeSignal.MakeError();
        using ModelLease lease = Model.Enter();
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        WriteOwn(ctx);
        SavedOptions.Write(ctx, Options);
        ReferencesStream.Save(ctx, Model);
        ModelArchive.Save(ctx, Model, lease.Decoder, Options.ExternalWeights, MostBytesInArchive);
    }

    /// <summary>Says on the log what the user should look at.</summary>
    private protected void Warn(string message)
    {
        using IChannel channel = Host.Start("Use");
        channel.Warning(message);
    }

    internal SchemaShape GetOutputSchema(SchemaShape inputSchema) => ColumnMap.OutputSchema(Host, inputSchema);

    /// <summary>Reads what <see cref="WriteOwn"/> wrote. Called by the constructor, before those of derived classes.</summary>
    private protected virtual void ReadOwn(ModelLoadContext context)
    {
    }

    /// <summary>Writes what this kind of transformer needs beside model and options.</summary>
    private protected virtual void WriteOwn(ModelSaveContext context)
    {
    }
}
