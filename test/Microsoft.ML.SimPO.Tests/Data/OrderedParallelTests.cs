namespace Microsoft.ML.SimPO.Data;

public class OrderedParallelTests
{
    [Fact]
    public void Results_come_in_the_order_of_the_rows_whatever_takes_long()
    {
        IEnumerable<int> results = OrderedParallel.Select(Enumerable.Range(0, 5000), _ => 1, row =>
        {
            if (row % 640 == 0) Thread.Sleep(5);
            return row * 2;
        });
        Assert.Equal(Enumerable.Range(0, 5000).Select(row => row * 2), results);
    }

    [Fact]
    public void The_first_row_that_fails_is_the_one_that_is_told()
    {
        var seen = new List<int>();
        var thrown = Assert.Throws<InvalidDataException>(() => seen.AddRange(OrderedParallel.Select(Enumerable.Range(0, 5000), _ => 1, row =>
            row switch
            {
                700 => Slow(),
                > 700 and < 900 => throw new InvalidDataException($"row {row}"),
                _ => row,
            })));
        Assert.Equal("row 700", thrown.Message);

        static int Slow()
        {
            Thread.Sleep(50);
            throw new InvalidDataException("row 700");
        }
    }

    [Fact]
    public void Rows_are_read_only_a_little_ahead_and_nothing_works_on_after_the_end()
    {
        int read = 0, working = 0;
        IEnumerable<int> rows = Enumerable.Range(0, 1_000_000).Select(row => read = row);
        foreach (int result in OrderedParallel.Select(rows, _ => 1 << 20, row =>
        {
            Interlocked.Increment(ref working);
            Thread.Sleep(1);
            Interlocked.Decrement(ref working);
            return row;
        }))
        {
            if (result == 10) break;
        }
        // Each row is as long as a block.
        Assert.InRange(read, 11, 20 + Environment.ProcessorCount);
        Assert.Equal(0, working);
    }

    [Fact]
    public void A_cancelled_enumeration_ends()
    {
        using var source = new CancellationTokenSource();
        int count = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (int _ in OrderedParallel.Select(Enumerable.Range(0, int.MaxValue), _ => 1, row => row, source.Token))
            {
                if (++count == 1000) source.Cancel();
            }
        });
    }
}
