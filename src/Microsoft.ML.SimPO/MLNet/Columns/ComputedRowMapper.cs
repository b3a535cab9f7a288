using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Adds the computed columns to single rows, for prediction engines.</summary>
internal sealed class ComputedRowMapper<TResult>(DataViewSchema inputSchema, TextColumns texts, ColumnMap<TResult> map) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema { get; } = ComputedSchema.AddTo(inputSchema, map.Outputs);

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        HashSet<int> needed = [];
        foreach (DataViewSchema.Column column in dependingColumns)
        {
            if (column.Index < inputSchema.Count) needed.Add(column.Index);
            else needed.UnionWith(texts.Columns.Select(c => c.Index));
        }
        return inputSchema.Where(c => needed.Contains(c.Index));
    }

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var active = new ActiveColumns(OutputSchema, activeColumns);
        return new ComputedRow<TResult>(OutputSchema, input, active, map, active.AnyFrom(inputSchema.Count) ? texts.Reader(input) : null);
    }
}
