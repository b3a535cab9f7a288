using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The rows of a data view whose text in one column passes a test; all columns are there. Lazy.</summary>
internal sealed class FilteredDataView(IDataView input, DataViewSchema.Column column, Func<string, bool> keep) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return new FilteredCursor(input.GetRowCursor(WithOwn(needed), rand), new ActiveColumns(Schema, needed), column, keep);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. input.GetRowCursorSet(WithOwn(needed), n, rand).Select(c => new FilteredCursor(c, new ActiveColumns(Schema, needed), column, keep))];
    }

    private DataViewSchema.Column[] WithOwn(DataViewSchema.Column[] needed) => needed.Any(c => c.Index == column.Index) ? needed : [.. needed, column];
}
