using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The scores of a data view's rows in order, computed a batch ahead by a cursor of its own.</summary>
internal sealed class ScoreStream : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly Func<(string, string, string)> _read;
    private readonly RowScorer _scorer;
    private PairScore[] _batch = [];
    private long _first;

    public ScoreStream(IDataView input, PairColumns columns, RowScorer scorer)
    {
        _cursor = input.GetRowCursor([columns.Prompt, columns.Chosen, columns.Rejected]);
        _read = columns.Reader(_cursor);
        _scorer = scorer;
    }

    /// <param name="row">From 0, never less than before.</param>
    public PairScore At(long row)
    {
        while (row >= _first + _batch.Length) ReadBatch();
        return _batch[row - _first];
    }

    public void Dispose() => _cursor.Dispose();

    private void ReadBatch()
    {
        _first += _batch.Length;
        List<EncodedPair> pairs = [];
        for (int tokens = 0; tokens < _scorer.TokensPerBatch && _cursor.MoveNext(); tokens += pairs[^1].PackedLength)
            pairs.Add(_scorer.Encode(_read(), _cursor.Position + 1));
        if (pairs.Count == 0) throw new InvalidOperationException("The data view gave fewer rows the second time that it was read.");
        _batch = _scorer.Score(pairs);
    }
}
