using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A data view with computed columns behind its own. Lazy: cursors compute as they go, and only when a computed column is asked for.</summary>
internal sealed class ComputedDataView<TResult>(IDataView input, TextColumns texts, ColumnMap<TResult> map) : IDataView, IModelDataView
{
    public LanguageModelTransformer? Maker { get; set; }

    /// <summary>Rows are computed ahead in batches, which needs a fixed order.</summary>
    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = ComputedSchema.AddTo(input.Schema, map.Outputs);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new ActiveColumns(Schema, columnsNeeded);
        bool computes = active.AnyFrom(input.Schema.Count);
        int[] needed = computes ? [.. texts.Columns.Select(c => c.Index)] : [];
        DataViewRowCursor cursor = input.GetRowCursor(input.Schema.Where(c => active[c.Index] || needed.Contains(c.Index)));
        return new ComputedCursor<TResult>(
            Schema, cursor, active, map.Outputs, computes ? texts.Reader(cursor) : null, computes ? new ComputedStream<TResult>(input, texts, map) : null);
    }

    /// <summary>One cursor: the batches of a single one already keep all cores busy.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
