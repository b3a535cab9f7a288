using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A cursor over a <see cref="ScoredDataView"/>.</summary>
internal sealed class ScoredCursor(DataViewSchema schema, DataViewRowCursor input, bool[] active, ScoreStream? scores) : DataViewRowCursor
{
    private bool _disposed;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        return column.Index < input.Schema.Count
            ? input.GetGetter<TValue>(input.Schema[column.Index])
            : ScoreGetters.Of<TValue>(column.Name, () => scores!.At(input.Position));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            input.Dispose();
            scores?.Dispose();
        }
        _disposed = true;
        base.Dispose(disposing);
    }
}
