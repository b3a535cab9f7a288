using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>What a cursor gives after a row that failed, over maps that compute a text from a text.</summary>
public sealed class ComputedStreamTests
{
    private static readonly MLContext Context = new(seed: 1);

    /// <summary>Where a row can fail: when it is added to a batch, and when the batch is computed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_row_that_fails_does_so_alone_and_again_and_all_others_have_their_own_results(bool whenAdded)
    {
        string[] texts = ["a", "b", "bad 1", "c", "d", "e", "bad 2", "bad 3", "f"];
        using DataViewRowCursor cursor = Open(texts, new FragileMap(3, whenAdded), out ValueGetter<ReadOnlyMemory<char>> get);
        foreach (string text in texts)
        {
            Assert.True(cursor.MoveNext());
            for (int again = 0; again < 3; again++)
            {
                if (text.StartsWith("bad", StringComparison.Ordinal))
                    Assert.Equal($"{text} cannot be computed", Assert.Throws<InvalidDataException>(() => Read(get)).Message);
                else Assert.Equal($"{text}!", Read(get));
            }
        }
        Assert.False(cursor.MoveNext());
    }

    /// <summary>Every pattern of good and bad rows, of rows that are asked for and passed over, in batches of three.</summary>
    [Fact]
    public void Any_order_of_good_bad_and_skipped_rows_gives_each_row_its_own_result()
    {
        const int rows = 5;
        for (int pattern = 0; pattern < 1 << (2 * rows); pattern++)
        {
            string[] texts = [.. Enumerable.Range(0, rows).Select(i => (pattern >> i & 1) == 0 ? $"good {i}" : $"bad {i}")];
            using DataViewRowCursor cursor = Open(texts, new FragileMap(3, whenAdded: pattern % 3 == 0), out ValueGetter<ReadOnlyMemory<char>> get);
            for (int i = 0; cursor.MoveNext(); i++)
            {
                if ((pattern >> (rows + i) & 1) != 0) continue;
                if (texts[i][0] == 'g') Assert.Equal($"{texts[i]}!", Read(get));
                else Assert.Throws<InvalidDataException>(() => Read(get));
            }
        }
    }

    /// <summary>Who ends the work of one batch has not asked for the next row to be another's.</summary>
    [Fact]
    public void Work_that_was_cancelled_is_done_when_it_is_asked_for_again()
    {
        var map = new FragileMap(2, whenAdded: false) { CancelsOnce = true };
        using DataViewRowCursor cursor = Open(["a", "b", "c"], map, out ValueGetter<ReadOnlyMemory<char>> get);
        cursor.MoveNext();
        Assert.Throws<OperationCanceledException>(() => Read(get));
        List<string> found = [Read(get)];
        while (cursor.MoveNext()) found.Add(Read(get));
        Assert.Equal(["a!", "b!", "c!"], found);
    }

    [Fact]
    public void Good_rows_are_computed_together_as_before()
    {
        var map = new FragileMap(3, whenAdded: true);
        using DataViewRowCursor cursor = Open(["a", "b", "c", "d", "e"], map, out ValueGetter<ReadOnlyMemory<char>> get);
        while (cursor.MoveNext()) Read(get);
        Assert.Equal([3, 2], map.Batches);
    }

    private static DataViewRowCursor Open(string[] texts, FragileMap map, out ValueGetter<ReadOnlyMemory<char>> get)
    {
        IDataView input = Context.Data.LoadFromEnumerable(texts.Select(t => new TextPair { Prompt = t }));
        var columns = new ColumnMap<string>([("prompt", "Prompt")], [ComputedColumn<string>.Text("Computed", text => text)], map.NewBatch);
        IDataView view = columns.Transform(((Runtime.IHostEnvironment)Context).Register("Test"), input);
        DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Computed"]]);
        get = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Computed"]);
        return cursor;
    }

    private static string Read(ValueGetter<ReadOnlyMemory<char>> get)
    {
        ReadOnlyMemory<char> value = default;
        get(ref value);
        return value.ToString();
    }

    private sealed class FragileMap(int size, bool whenAdded)
    {
        public List<int> Batches { get; } = [];

        public bool CancelsOnce { get; set; }

        public IRowBatch<string> NewBatch() => new Batch(this, size, whenAdded);
    }

    private sealed class Batch(FragileMap map, int size, bool whenAdded) : IRowBatch<string>
    {
        private readonly List<string> _rows = [];

        public bool IsFull => _rows.Count >= size;

        public void Add(string[] texts, long row)
        {
            if (whenAdded) Check(texts[0]);
            _rows.Add(texts[0]);
        }

        public string[] Compute()
        {
            if (map.CancelsOnce)
            {
                map.CancelsOnce = false;
                throw new OperationCanceledException();
            }
            foreach (string row in _rows) Check(row);
            map.Batches.Add(_rows.Count);
            return [.. _rows.Select(r => $"{r}!")];
        }

        private static void Check(string text)
        {
            if (text.StartsWith("bad", StringComparison.Ordinal)) throw new InvalidDataException($"{text} cannot be computed");
        }
    }
}
