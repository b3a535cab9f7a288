using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A cursor over a <see cref="ComputedDataView{TResult}"/>.</summary>
/// <param name="read">Reads the texts of the row that <paramref name="input"/> stands at; null where nothing computed is asked for.</param>
/// <param name="stream">Null where nothing computed is asked for.</param>
internal sealed class ComputedCursor<TResult>(
    DataViewSchema schema, DataViewRowCursor input, ActiveColumns active, IReadOnlyList<ComputedColumn<TResult>> outputs, Func<string[]>? read,
    ComputedStream<TResult>? stream) : DataViewRowCursor
{
    private bool _disposed;
    private long _computedPosition = -1;
    private TResult _result = default!;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        active.Require(column);
        int own = input.Schema.Count;
        return column.Index < own ? input.GetGetter<TValue>(input.Schema[column.Index]) : outputs[column.Index - own].Getter<TValue>(Result);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            input.Dispose();
            stream?.Dispose();
        }
        _disposed = true;
        base.Dispose(disposing);
    }

    private TResult Result()
    {
        if (_computedPosition == input.Position) return _result;
        _result = stream!.At(input.Position, read!());
        _computedPosition = input.Position;
        return _result;
    }
}
