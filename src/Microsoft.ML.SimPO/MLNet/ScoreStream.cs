using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The scores of a data view's rows, computed a batch ahead by a cursor of its own. A view may give each cursor another order (shuffling does), so a
/// score is only taken for a row whose texts are those that it was computed for; any other row is scored by itself.
/// </summary>
internal sealed class ScoreStream : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly Func<(string, string, string)> _read;
    private readonly RowScorer _scorer;
    private readonly List<(string, string, string)> _texts = [];
    private PairScore[] _batch = [];
    private long _first;

    public ScoreStream(IDataView input, PairColumns columns, RowScorer scorer)
    {
        _cursor = input.GetRowCursor([columns.Prompt, columns.Chosen, columns.Rejected]);
        _read = columns.Reader(_cursor);
        _scorer = scorer;
    }

    /// <param name="row">From 0, never less than before. Rows that are passed over are not scored.</param>
    /// <param name="texts">Of that row.</param>
    public PairScore At(long row, (string Prompt, string Chosen, string Rejected) texts)
    {
        if (row >= _first + _batch.Length) ReadBatch(row);
        int index = (int)(row - _first);
        return index < _batch.Length && _texts[index] == texts ? _batch[index] : _scorer.Score([_scorer.Encode(texts, row + 1)])[0];
    }

    public void Dispose() => _cursor.Dispose();

    private void ReadBatch(long row)
    {
        while (_cursor.Position + 1 < row && _cursor.MoveNext())
        {
        }
        _first = row;
        _texts.Clear();
        List<EncodedPair> pairs = [];
        for (int tokens = 0; tokens < _scorer.TokensPerBatch && _cursor.MoveNext(); tokens += pairs[^1].PackedLength)
        {
            _texts.Add(_read());
            pairs.Add(_scorer.Encode(_texts[^1], _cursor.Position + 1));
        }
        _batch = pairs.Count == 0 ? [] : _scorer.Score(pairs);
    }
}
