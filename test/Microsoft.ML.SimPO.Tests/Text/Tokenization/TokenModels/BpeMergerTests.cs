using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text;

public sealed class BpeMergerTests
{
    private const int Symbols = 6;

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public void Borders_and_the_queue_give_what_merging_pair_by_pair_gives(int seed, bool ranksInOrder)
    {
        var random = new Random(seed);
        for (int round = 0; round < 40; round++)
        {
            // From few merges, which leave many borders, to many.
            List<(int Left, int Right, int Merged)> merges = RandomMerges(random, 5 + round * 3, ranksInOrder);
            var table = new MergeTable(merges);
            int[] symbols = [.. Enumerable.Range(0, 200 + random.Next(200)).Select(_ => random.Next(Symbols))];
            (int[] expected, int[] expectedEnds) = PairByPair(table, symbols);
            Check((ids, ends) => new BpeMerger(table).Merge(ids, ends, out _));
            Check((ids, ends) => BpeMerger.MergeByQueue(table, ids, ends, out _));

            void Check(Merging merging)
            {
                int[] ids = [.. symbols], ends = [.. Enumerable.Range(1, symbols.Length)];
                int count = merging(ids, ends);
                Assert.Equal(expected, ids[..count]);
                Assert.Equal(expectedEnds, ends[..count]);
            }
        }
    }

    [Fact]
    public void A_border_lies_where_no_merge_joins_both_sides()
    {
        // a b -> ab, ab c -> abc: nothing joins c to what follows, nor b to a.
        var borders = new BpeBorders(new MergeTable([(0, 1, 3), (3, 2, 4)]));
        Assert.Equal(3, borders.Next([0, 1, 2, 0, 1], 0));
        Assert.Equal(5, borders.Next([0, 1, 2, 0, 1], 3));
        Assert.Equal(1, borders.Next([1, 0], 0));
        Assert.Equal(1, borders.Next([9, 9], 0));
    }

    [Fact]
    public void A_token_made_of_different_symbols_has_no_known_border()
    {
        // Token 9 starts with 0 by one merge and with 1 by another, so that nothing is cut.
        var borders = new BpeBorders(new MergeTable([(0, 2, 9), (1, 2, 9)]));
        Assert.Equal(3, borders.Next([5, 5, 5], 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_queue_costs_the_logarithm_of_the_length_for_each_symbol(int letters)
    {
        List<(int Left, int Right, int Merged)> merges = RandomMerges(new Random(11), 400, ranksInOrder: true);
        var table = new MergeTable(merges);
        long once = Moves(50_000), fourTimes = Moves(200_000);
        Assert.True(once > 0);
        // A queue of four children a node is one level deeper, of about eight: linear would be 4, the square 16.
        Assert.InRange(fourTimes / (double)once, 3.5, 5.5);

        long Moves(int length)
        {
            var random = new Random(12);
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(letters))], ends = [.. Enumerable.Range(1, length)];
            BpeMerger.MergeByQueue(table, ids, ends, out long moves);
            return moves;
        }
    }

    private delegate int Merging(Span<int> ids, Span<int> ends);

    /// <summary>Merges of tokens that are texts over an alphabet, so that all ways to make a token agree.</summary>
    private static List<(int Left, int Right, int Merged)> RandomMerges(Random random, int count, bool ranksInOrder)
    {
        List<string> texts = [.. Enumerable.Range(0, Symbols).Select(symbol => ((char)('a' + symbol)).ToString())];
        var merges = new List<(int Left, int Right, int Merged)> { (0, 0, Symbols) };
        texts.Add("aa");
        while (merges.Count < count)
        {
            int left = random.Next(texts.Count), right = random.Next(texts.Count);
            string text = texts[left] + texts[right];
            if (text.Length > 12 || merges.Exists(merge => (merge.Left, merge.Right) == (left, right))) continue;
            int merged = texts.IndexOf(text);
            if (merged < 0)
            {
                merged = texts.Count;
                texts.Add(text);
            }
            merges.Add((left, right, merged));
        }
        return ranksInOrder ? merges : [.. merges.OrderBy(_ => random.Next())];
    }

    private static (int[] Ids, int[] Ends) PairByPair(MergeTable table, int[] symbols)
    {
        List<int> ids = [.. symbols], ends = [.. Enumerable.Range(1, symbols.Length)];
        while (true)
        {
            (long merge, int at) = Enumerable.Range(0, ids.Count - 1).Select(i => (Merge: table.Find(ids[i], ids[i + 1]), At: i))
                .DefaultIfEmpty((MergeTable.None, 0)).MinBy(pair => pair.Item1);
            if (merge == MergeTable.None) return ([.. ids], [.. ends]);
            ids[at] = (int)merge;
            ids.RemoveAt(at + 1);
            ends.RemoveAt(at);
        }
    }
}
