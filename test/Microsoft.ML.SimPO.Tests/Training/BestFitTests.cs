namespace Microsoft.ML.SimPO.Training;

public class BestFitTests
{
    /// <summary>
    /// Rows of 10. 9, 7 and 6 begin rows that have 1, 3 and 4 left; 4 fits into the last exactly; 3 into the second; 2 begins a row; 1 goes where 1 is left.
    /// </summary>
    [Fact]
    public void Each_text_goes_where_it_leaves_the_least_space() =>
        Assert.Equal([[4, 6], [1, 3], [0, 2], [5]], BestFit.Rows([6, 7, 4, 3, 9, 2, 1], 10));

    /// <summary>Two rows have 4 left: the one that has had it longer is filled first; equal lengths stay in the order of the data.</summary>
    [Fact]
    public void Of_equal_space_the_oldest_is_filled_first() => Assert.Equal([[0, 2], [1, 3]], BestFit.Rows([6, 6, 3, 3], 10));

    [Fact]
    public void A_text_that_is_longer_than_a_row_has_its_own() => Assert.Equal([[1], [0]], BestFit.Rows([3, 12], 10));

    [Fact]
    public void Texts_of_two_blocks_share_no_row()
    {
        List<int[]> rows = BestFit.Rows([.. Enumerable.Repeat(1, BestFit.Block + 1)], BestFit.Block + 1);
        Assert.Equal([BestFit.Block, 1], rows.Select(r => r.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_text_is_in_one_row_and_no_row_overflows(int seed)
    {
        var random = new Random(seed);
        int[] lengths = [.. Enumerable.Range(0, 500).Select(_ => random.Next(1, 65))];
        List<int[]> rows = BestFit.Rows(lengths, 64);
        Assert.Equal(Enumerable.Range(0, 500), rows.SelectMany(r => r).Order());
        Assert.All(rows, r => Assert.InRange(r.Sum(i => lengths[i]), 1, 64));
        Assert.InRange(rows.Count, lengths.Sum() / 64, (int)(1.05 * lengths.Sum() / 64) + 1); // close to none wasted
    }
}
