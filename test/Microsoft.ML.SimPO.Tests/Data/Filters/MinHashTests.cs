using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data;

public class MinHashTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(700)]
    [InlineData(1000)]
    public void The_share_of_equal_entries_estimates_the_jaccard_similarity(int shared)
    {
        // 20 pairs of sets of 1,000 with `shared` elements in common: their mean estimate has a standard error of at most 0.5 / sqrt(128 * 20) = 0.01.
        double expected = shared / (2000.0 - shared), sum = 0;
        for (ulong pair = 0; pair < 20; pair++)
        {
            ulong from = pair * 1_000_000;
            ulong[] a = Enumerable.Range(0, 1000).Select(i => from + (ulong)i).ToArray(),
                b = Enumerable.Range(1000 - shared, 1000).Select(i => from + (ulong)i).ToArray();
            sum += MinHash.Similarity(Signature(a), Signature(b));
        }
        Assert.InRange(sum / 20, expected - 0.04, expected + 0.04);
    }

    [Fact]
    public void Pairs_at_the_threshold_or_above_are_mostly_found_and_far_ones_never_reported()
    {
        var index = new NearDuplicateIndex(0.7);
        int found = 0, wrong = 0;
        for (ulong pair = 0; pair < 300; pair++)
        {
            ulong from = pair * 1_000_000;
            index.FindOrAdd(Signature(Set(from)));
            if (index.FindOrAdd(Signature(Set(from + 60))) >= 0) found++;
            if (index.FindOrAdd(Signature(Set(from + 700))) >= 0) wrong++;
        }
        // 940 of 1,060 in common: 0.89. 300 of 1,700: 0.18.
        Assert.InRange(found, 285, 300);
        Assert.Equal(0, wrong);

        static ulong[] Set(ulong from) => Enumerable.Range(0, 1000).Select(i => from + (ulong)i).ToArray();
    }

    [Fact]
    public void Words_are_told_apart_without_case_and_marks()
    {
        Assert.Equal(WordSequences.Hash("The quick, brown fox", 2), WordSequences.Hash("the QUICK brown -- fox!", 2));
        Assert.Equal(3, WordSequences.Hash("the quick brown fox", 2).Count);
        Assert.Empty(WordSequences.Hash("one", 2));
        Assert.Single(WordSequences.HashOrWhole(["one"], 2));
        Assert.Single(WordSequences.HashOrWhole([""], 2));
        Assert.Equal(WordSequences.Hash("a b c d", 3), WordSequences.HashOrWhole(["a b", "c d"], 3));
        Assert.Equal(4, WordSequences.Hash("你好世界", 1).Count);
    }

    private static uint[] Signature(IEnumerable<ulong> set)
    {
        var signature = new uint[MinHash.Length];
        MinHash.Sign(set.ToList(), signature);
        return signature;
    }
}
