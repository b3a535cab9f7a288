namespace Microsoft.ML.SimPO;

/// <summary>A view that counts who reads it.</summary>
internal sealed class CountingDataView(IDataView source) : IDataView
{
    private int _cursors;

    /// <summary>Cursors that were made.</summary>
    public int Cursors => _cursors;

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Interlocked.Increment(ref _cursors);
        return source.GetRowCursor(columnsNeeded, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        Interlocked.Increment(ref _cursors);
        return source.GetRowCursorSet(columnsNeeded, n, rand);
    }
}
