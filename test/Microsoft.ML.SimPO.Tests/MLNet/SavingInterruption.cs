using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A transformer that does something before it is saved: in a chain, after those before it were.</summary>
internal sealed class SavingInterruption(ITransformer inner, Action action) : ITransformer
{
    public bool IsRowToRowMapper => inner.IsRowToRowMapper;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inner.GetOutputSchema(inputSchema);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner.GetRowToRowMapper(inputSchema);

    public IDataView Transform(IDataView input) => inner.Transform(input);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        action();
        inner.Save(ctx);
    }
}
