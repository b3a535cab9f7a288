using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The results of a data view's rows, computed a batch ahead by a cursor of its own. A view may give each cursor another order (shuffling does), so a
/// result is only taken for a row whose texts are those that it was computed from; any other row is computed by itself.
/// </summary>
/// <remarks>
/// A row that cannot be read, encoded or computed fails when it is asked for, by itself, and each time that it is asked for: rows before and behind it are
/// as they would be without it.
/// </remarks>
internal sealed class ComputedStream<TResult> : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly Func<string[]> _read;
    private readonly ColumnMap<TResult> _map;
    private readonly DataViewSchema _schema;

    /// <summary>Rows that were read, from row <see cref="_first"/> on; the results are those of the first of them.</summary>
    private readonly List<string[]> _rows = [];

    private TResult[] _results = [];
    private long _first, _alone;
    private bool _isAtEnd;

    public ComputedStream(IDataView input, TextColumns texts, ColumnMap<TResult> map)
    {
        _cursor = input.GetRowCursor(texts.Columns);
        _read = texts.Reader(_cursor);
        (_map, _schema) = (map, input.Schema);
    }

    /// <param name="row">From 0, never less than before. Rows that are passed over are not computed.</param>
    /// <param name="texts">Of that row.</param>
    public TResult At(long row, string[] texts)
    {
        if (row >= _alone && row >= _first + _results.Length) ReadBatch(row);
        long index = row - _first;
        return index >= 0 && index < _results.Length && _rows[(int)index].AsSpan().SequenceEqual(texts) ? _results[index] : Alone(row, texts);
    }

    public void Dispose() => _cursor.Dispose();

    private TResult Alone(long row, string[] texts)
    {
        IRowBatch<TResult> batch = _map.NewBatch(_schema);
        batch.Add(texts, row + 1);
        return batch.Compute()[0];
    }

    /// <summary>Computes the rows from this one on, up to the first that cannot be encoded. What fails leaves rows that were read, without results.</summary>
    private void ReadBatch(long row)
    {
        Forget(row);
        IRowBatch<TResult> batch = _map.NewBatch(_schema);
        int count = 0;
        while (!batch.IsFull && (count < _rows.Count || Advance(reads: true)) && TryAdd(batch, _rows[count], _first + count + 1)) count++;
        if (count == 0) return;
        try
        {
            _results = batch.Compute();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _alone = _first + count; // whichever it is that fails
        }
    }

    /// <summary>Lets go of what lies before a row.</summary>
    private void Forget(long row)
    {
        _results = [];
        _rows.RemoveRange(0, (int)Math.Min(row - _first, _rows.Count));
        while (_rows.Count == 0 && _cursor.Position + 1 < row && Advance(reads: false))
        {
        }
        _first = row;
    }

    /// <summary>Reading ahead fails for nobody: who asks for such a row meets the fault in a cursor of his own, or has the row computed by itself.</summary>
    private bool Advance(bool reads)
    {
        try
        {
            _isAtEnd = _isAtEnd || !_cursor.MoveNext();
            if (reads && !_isAtEnd) _rows.Add(_read());
        }
        catch (Exception)
        {
            _isAtEnd = true;
        }
        return !_isAtEnd;
    }

    private static bool TryAdd(IRowBatch<TResult> batch, string[] texts, long row)
    {
        try
        {
            batch.Add(texts, row);
            return true;
        }
        catch (Exception)
        {
            return false; // it stays behind the others and is computed by itself when it is asked for
        }
    }
}
