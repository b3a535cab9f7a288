using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Text;

public sealed class EncodedPromptsTests
{
    [Fact]
    public void Pairs_are_stored_as_they_are_in_their_order()
    {
        EncodedPrompt[] pairs = [.. Enumerable.Range(0, 300).Select(Pair)];
        var stored = new EncodedPrompts(pairs);
        Assert.Equal(300, stored.Count);
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.Equal(pairs[i].Chosen.Ids, stored[i].Chosen.Ids);
            Assert.Equal(pairs[i].Rejected.Ids, stored[i].Rejected.Ids);
            Assert.Equal(
                (pairs[i].Row, pairs[i].Chosen.PromptLength, pairs[i].Rejected.PromptLength, pairs[i].SharedPrefixLength),
                (stored[i].Row, stored[i].Chosen.PromptLength, stored[i].Rejected.PromptLength, stored[i].SharedPrefixLength));
        }
        Assert.Equal(stored.Select(pair => pair.Row), Enumerable.Range(0, 300).Select(i => (long)i));
    }

    [Fact]
    public void Storing_takes_the_memory_of_the_ids_and_no_more_than_as_much_again()
    {
        EncodedPrompt[] pairs = [.. Enumerable.Range(0, 300).Select(Pair)];
        long ids = 4L * pairs.Sum(pair => pair.Chosen.Ids.Length + pair.Rejected.Ids.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var stored = new EncodedPrompts(pairs);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(taken, ids, (2 * ids) + (1 << 14) + (300 * 128));
        GC.KeepAlive(stored);
    }

    [Fact]
    public void A_sequence_longer_than_any_block_is_stored_whole()
    {
        int[] prompt = [.. Enumerable.Range(0, 2_000_000)];
        var stored = new EncodedPrompts([Pair(7), EncodedPrompt.Pair([.. prompt, 1], prompt.Length, [.. prompt, 2, 3], prompt.Length), Pair(8)]);
        Assert.Equal((2_000_001, 2_000_002, 2_000_000), (stored[1].Chosen.Ids.Length, stored[1].Rejected.Ids.Length, stored[1].SharedPrefixLength));
        Assert.Equal([1_999_999, 2, 3], stored[1].Rejected.Ids[^3..]);
        Assert.Equal(Pair(8).Chosen.Ids, stored[2].Chosen.Ids);
    }

    [Fact]
    public void A_part_of_ids_sees_no_others()
    {
        TokenIds part = new TokenIds([1, 2, 3, 4, 5, 6], 1, 4)[1..3];
        Assert.Equal([3, 4], part);
        Assert.Equal(4, part[^1]);
        Assert.Throws<IndexOutOfRangeException>(() => part[2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => part[1..3]);
    }

    private static EncodedPrompt Pair(int i)
    {
        int[] prompt = [.. Enumerable.Range(i, 1 + (i % 40))];
        return EncodedPrompt.Pair(
            [.. prompt, 1, .. Enumerable.Range(0, i % 7)], prompt.Length, [.. prompt, 2, .. Enumerable.Range(5, i % 5)], prompt.Length, i);
    }
}
