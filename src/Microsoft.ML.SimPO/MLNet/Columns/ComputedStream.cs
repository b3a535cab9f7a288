using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The results of a data view's rows, computed a batch ahead by a cursor of its own. A view may give each cursor another order (shuffling does), so a
/// result is only taken for a row whose texts are those that it was computed from; any other row is computed by itself.
/// </summary>
internal sealed class ComputedStream<TResult> : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly Func<string[]> _read;
    private readonly ColumnMap<TResult> _map;
    private readonly List<string[]> _texts = [];
    private TResult[] _results = [];
    private long _first;

    public ComputedStream(IDataView input, TextColumns texts, ColumnMap<TResult> map)
    {
        _cursor = input.GetRowCursor(texts.Columns);
        _read = texts.Reader(_cursor);
        _map = map;
    }

    /// <param name="row">From 0, never less than before. Rows that are passed over are not computed.</param>
    /// <param name="texts">Of that row.</param>
    public TResult At(long row, string[] texts)
    {
        if (row >= _first + _results.Length) ReadBatch(row);
        int index = (int)(row - _first);
        return index < _results.Length && _texts[index].AsSpan().SequenceEqual(texts) ? _results[index] : Alone(row, texts);
    }

    public void Dispose() => _cursor.Dispose();

    private TResult Alone(long row, string[] texts)
    {
        IRowBatch<TResult> batch = _map.NewBatch();
        batch.Add(texts, row + 1);
        return batch.Compute()[0];
    }

    private void ReadBatch(long row)
    {
        while (_cursor.Position + 1 < row && _cursor.MoveNext())
        {
        }
        _first = row;
        _texts.Clear();
        IRowBatch<TResult> batch = _map.NewBatch();
        while (!batch.IsFull && _cursor.MoveNext())
        {
            _texts.Add(_read());
            batch.Add(_texts[^1], _cursor.Position + 1);
        }
        _results = _texts.Count == 0 ? [] : batch.Compute();
    }
}
