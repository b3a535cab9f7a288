using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO;

/// <summary>A cursor over a <see cref="FilteredDataView"/>.</summary>
internal sealed class FilteredCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly ActiveColumns _active;
    private readonly ValueGetter<ReadOnlyMemory<char>> _getText;
    private readonly Func<UInt128, string, bool> _keep;
    private readonly Func<PromptPass>? _dealt;
    private readonly PromptPass _pass = new();
    private bool _disposed;
    private long _position = -1;

    public FilteredCursor(
        DataViewRowCursor input, ActiveColumns active, DataViewSchema.Column column, Func<UInt128, string, bool> keep, Func<PromptPass>? dealt)
    {
        (_input, _active, _keep, _dealt) = (input, active, keep, dealt);
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
            string prompt = text.ToString();
            UInt128 key = TextKey.OfPrompt(prompt);
            _pass.Note(key);
            if (!_keep(key, prompt)) continue;
            _position++;
            return true;
        }
        if (_dealt is not null) _pass.CheckEqual(_dealt());
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
