using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A cursor over a <see cref="FilteredDataView"/>.</summary>
internal sealed class FilteredCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly ActiveColumns _active;
    private readonly ValueGetter<ReadOnlyMemory<char>> _getText;
    private readonly Func<string, bool> _keep;
    private bool _disposed;
    private long _position = -1;

    public FilteredCursor(DataViewRowCursor input, ActiveColumns active, DataViewSchema.Column column, Func<string, bool> keep)
    {
        (_input, _active, _keep) = (input, active, keep);
        _getText = input.GetGetter<ReadOnlyMemory<char>>(column);
    }

    public override long Position => _position;

    public override long Batch => _input.Batch;

    public override DataViewSchema Schema => _input.Schema;

    public override bool MoveNext()
    {
        ReadOnlyMemory<char> text = default;
        while (_input.MoveNext())
        {
            _getText(ref text);
            if (!_keep(text.ToString())) continue;
            _position++;
            return true;
        }
        _position = -1;
        return false;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.Require(column);
        return _input.GetGetter<TValue>(column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed) _input.Dispose();
        _disposed = true;
        base.Dispose(disposing);
    }
}
