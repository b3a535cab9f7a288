using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>From text columns to computed columns: all that a transformer of this library is, seen from ML.NET.</summary>
/// <param name="inputs">The text columns that are read, each with what it is called in messages; the prompt first.</param>
/// <param name="outputs">The columns that are added; one of the same name is hidden by it.</param>
/// <param name="newBatch">Begins a batch. Called on several threads at once.</param>
internal sealed class ColumnMap<TResult>((string Role, string Name)[] inputs, ComputedColumn<TResult>[] outputs, Func<IRowBatch<TResult>> newBatch) : IColumnMap
{
    public IReadOnlyList<ComputedColumn<TResult>> Outputs => outputs;

    /// <param name="input">The schema that its rows come from.</param>
    public IRowBatch<TResult> NewBatch(DataViewSchema input)
    {
        IRowBatch<TResult> batch = newBatch();
        batch.Expect(PromptAnnotation.Of(input, inputs[0].Name));
        return batch;
    }

    /// <inheritdoc/>
    public DataViewSchema OutputSchema(IHost host, DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        TextColumns.Of(host, schema, inputs);
        return ComputedSchema.AddTo(schema, outputs);
    }

    /// <inheritdoc/>
    public SchemaShape OutputSchema(IHost host, SchemaShape schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        TextColumns.Check(host, schema, inputs);
        return ComputedSchema.AddTo(schema, outputs);
    }

    /// <inheritdoc/>
    public IDataView Transform(IHost host, IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ComputedDataView<TResult>(input, TextColumns.Of(host, input.Schema, inputs), this);
    }

    /// <inheritdoc/>
    public IRowToRowMapper RowMapper(IHost host, DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new ComputedRowMapper<TResult>(schema, TextColumns.Of(host, schema, inputs), this);
    }
}
