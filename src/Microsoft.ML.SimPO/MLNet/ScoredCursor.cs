using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A cursor over a <see cref="ScoredDataView"/>.</summary>
/// <param name="read">Reads the texts of the row that <paramref name="input"/> stands at; null where no score is asked for.</param>
/// <param name="scores">Null where no score is asked for.</param>
internal sealed class ScoredCursor(DataViewSchema schema, DataViewRowCursor input, bool[] active, Func<(string, string, string)>? read, ScoreStream? scores) : DataViewRowCursor
{
    private bool _disposed;
    private long _scoredPosition = -1;
    private PairScore _score;

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
            : ScoreGetters.Of<TValue>(column.Name, Score);
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

    private PairScore Score()
    {
        if (_scoredPosition == input.Position) return _score;
        _score = scores!.At(input.Position, read!());
        _scoredPosition = input.Position;
        return _score;
    }
}
