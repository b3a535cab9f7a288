using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A row with its scores, computed once for each position.</summary>
internal sealed class ScoredRow(DataViewSchema schema, DataViewRow input, bool[] active, Func<(string, string, string)>? read, RowScorer scorer) : DataViewRow
{
    private long _scoredPosition = -1;
    private PairScore _score;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the row was made.");
        return column.Index < input.Schema.Count ? input.GetGetter<TValue>(input.Schema[column.Index]) : ScoreGetters.Of<TValue>(column.Name, Score);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) input.Dispose();
        base.Dispose(disposing);
    }

    private PairScore Score()
    {
        if (_scoredPosition == input.Position) return _score;
        _score = scorer.Score([scorer.Encode(read!(), input.Position + 1)])[0];
        _scoredPosition = input.Position;
        return _score;
    }
}
