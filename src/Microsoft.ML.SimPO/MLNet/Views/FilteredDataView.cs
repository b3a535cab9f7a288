using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The rows of a data view whose prompt belongs to one part of it; all columns are there. Lazy.</summary>
/// <param name="column">Of the prompts.</param>
/// <param name="keep">Whether a prompt, of that key, belongs to the part.</param>
/// <param name="dealt">The pass whose prompts were dealt out: each later one must give the same rows.</param>
internal sealed class FilteredDataView(IDataView input, DataViewSchema.Column column, Func<UInt128, string, bool> keep, Func<PromptPass> dealt) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema => input.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return new FilteredCursor(input.GetRowCursor(WithOwn(needed), rand), new ActiveColumns(Schema, needed), column, keep, dealt);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        DataViewRowCursor[] cursors = input.GetRowCursorSet(WithOwn(needed), n, rand);
        Func<PromptPass>? check = cursors.Length == 1 ? dealt : null; // one of several sees some of the rows
        return [.. cursors.Select(c => new FilteredCursor(c, new ActiveColumns(Schema, needed), column, keep, check))];
    }

    private DataViewSchema.Column[] WithOwn(DataViewSchema.Column[] needed) => needed.Any(c => c.Index == column.Index) ? needed : [.. needed, column];
}
