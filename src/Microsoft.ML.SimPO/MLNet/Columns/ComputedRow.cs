using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A row with its computed columns, computed once for each position.</summary>
/// <param name="read">Reads the texts of <paramref name="input"/>; null where nothing computed is asked for.</param>
internal sealed class ComputedRow<TResult>(
    DataViewSchema schema, DataViewRow input, ActiveColumns active, ColumnMap<TResult> map, Func<string[]>? read) : DataViewRow
{
    private long _computedPosition = -1;
    private TResult _result = default!;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        active.Require(column);
        int own = input.Schema.Count;
        return column.Index < own ? input.GetGetter<TValue>(input.Schema[column.Index]) : map.Outputs[column.Index - own].Getter<TValue>(Result);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) input.Dispose();
        base.Dispose(disposing);
    }

    private TResult Result()
    {
        if (_computedPosition == input.Position) return _result;
        IRowBatch<TResult> batch = map.NewBatch(input.Schema);
        batch.Add(read!(), input.Position + 1);
        _result = batch.Compute()[0];
        _computedPosition = input.Position;
        return _result;
    }
}
