using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Adds the score columns to single rows, for prediction engines.</summary>
internal sealed class ScoreRowMapper(DataViewSchema inputSchema, PairColumns columns, RowScorer scorer) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema { get; } = ScoreSchema.AddTo(inputSchema);

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        HashSet<int> needed = [];
        foreach (DataViewSchema.Column column in dependingColumns)
        {
            if (column.Index < inputSchema.Count) needed.Add(column.Index);
            else needed.UnionWith([columns.Prompt.Index, columns.Chosen.Index, columns.Rejected.Index]);
        }
        return inputSchema.Where(c => needed.Contains(c.Index));
    }

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        bool[] active = new bool[OutputSchema.Count];
        foreach (DataViewSchema.Column column in activeColumns) active[column.Index] = true;
        bool scores = active.AsSpan(inputSchema.Count).Contains(true);
        return new ScoredRow(OutputSchema, input, active, scores ? columns.Reader(input) : null, scorer);
    }
}
