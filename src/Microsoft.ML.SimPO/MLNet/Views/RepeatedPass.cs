using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Rows whose texts were read in one pass, and other columns of the same rows in a second: what that gives is of no use unless it is the same rows in the same
/// order.
/// </summary>
internal sealed class RepeatedPass(PairColumns columns)
{
    private readonly List<int> _hashes = [];

    private TextColumns Texts => columns.Texts;

    /// <summary>The first pass.</summary>
    public IEnumerable<(string[] Texts, long Row)> Rows(IDataView data)
    {
        _hashes.Clear();
        foreach ((string[] texts, long row) in columns.Rows(data))
        {
            _hashes.Add(HashOf(texts));
            yield return (texts, row);
        }
    }

    /// <summary>The data for another pass, which fails where a row is not the one that the first gave at its place.</summary>
    public IDataView Again(IDataView data) => new View(this, data);

    private static int HashOf(string[] texts)
    {
        var hash = default(HashCode);
        foreach (string text in texts) hash.Add(text);
        return hash.ToHashCode();
    }

    /// <exception cref="InvalidOperationException">The data gives other rows.</exception>
    private void Check(long position, string[]? texts)
    {
        string? fault = texts is null
            ? position == _hashes.Count ? null : FormattableString.Invariant($"{_hashes.Count} at first, and {position} now")
            : position < _hashes.Count && _hashes[(int)position] == HashOf(texts) ? null
            : FormattableString.Invariant($"row {position + 1} is another now");
        if (fault is null) return;
        throw new InvalidOperationException(
            $"The data gives other rows each time it is read: {fault}. Cache it, or load it from a source that does not change.");
    }

    private sealed class View(RepeatedPass pass, IDataView input) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => input.Schema;

        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            DataViewSchema.Column[] needed = [.. columnsNeeded];
            DataViewRowCursor cursor = input.GetRowCursor(needed.Concat(pass.Texts.Columns).DistinctBy(c => c.Index));
            return new Cursor(pass, cursor, new ActiveColumns(Schema, needed));
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded)];
    }

    private sealed class Cursor(RepeatedPass pass, DataViewRowCursor input, ActiveColumns active) : DataViewRowCursor
    {
        private readonly Func<string[]> _texts = pass.Texts.Reader(input);

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override DataViewSchema Schema => input.Schema;

        public override bool MoveNext()
        {
            long next = input.Position + 1;
            bool moved = input.MoveNext();
            pass.Check(next, moved ? _texts() : null);
            return moved;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            active.Require(column);
            return input.GetGetter<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) input.Dispose();
            base.Dispose(disposing);
        }
    }
}
