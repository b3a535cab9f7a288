using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A data view with the score columns behind its own. Lazy: cursors score as they go, and only when a score column is asked for.</summary>
internal sealed class ScoredDataView(IDataView input, PairColumns columns, RowScorer scorer) : IDataView
{
    /// <summary>Rows are scored ahead in batches, which needs a fixed order.</summary>
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = ScoreSchema.AddTo(input.Schema);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int own = input.Schema.Count;
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded) active[column.Index] = true;
        bool scores = active.AsSpan(own).Contains(true);
        int[] texts = scores ? [columns.Prompt.Index, columns.Chosen.Index, columns.Rejected.Index] : [];
        DataViewRowCursor cursor = input.GetRowCursor(input.Schema.Where(c => active[c.Index] || texts.Contains(c.Index)));
        return new ScoredCursor(Schema, cursor, active, scores ? columns.Reader(cursor) : null, scores ? new ScoreStream(input, columns, scorer) : null);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
