using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

public class MismatchesTests
{
    /// <summary>Prompts 1 2, 1 2, 1 3, 1 4: the second has the first one's prompt, so it goes on to the last, as the first one does.</summary>
    [Fact]
    public void Each_prompt_gets_an_answer_of_the_nearest_other_prompt_before_it()
    {
        EncodedPrompt[] added = Mismatches.OfData([Pair(2, 11, 12), Pair(2, 13, 14), Pair(3, 15, 16), Pair(4, 17, 18)], 100);
        Assert.Equal([[1, 2, 17], [1, 2, 18], [1, 3, 13], [1, 4, 16]], added.Select(a => a.Answers[2].Ids.ToArray()));
        Assert.All(added, a => Assert.Equal((double.NaN, 2), (a.Answers[2].Rating, a.Answers[2].PromptLength)));
        Assert.Equal([1, 0, double.NaN], added[0].Answers.Select(a => a.Rating));
    }

    [Fact]
    public void Where_all_prompts_are_the_same_nothing_is_added()
    {
        EncodedPrompt[] same = [Pair(2, 11, 12), Pair(2, 13, 14)];
        Assert.Equal(same, Mismatches.OfData(same, 100));
    }

    [Fact]
    public void A_long_answer_loses_its_end_and_a_long_prompt_keeps_one_token_of_it()
    {
        EncodedPrompt longPrompt = new(new EncodedAnswer((int[])[1, 2, 3, 4, 5, 9], 5) { Rating = 1 });
        EncodedPrompt other = new(new EncodedAnswer((int[])[1, 8, 10, 11, 12, 13], 2) { Rating = 0 });
        EncodedPrompt[] added = Mismatches.OfData([longPrompt, other], 5);
        Assert.Equal([1, 2, 3, 4, 5, 10], added[0].Answers[1].Ids);
        Assert.Equal([1, 8, 9], added[1].Answers[1].Ids);
    }

    /// <summary>Groups of three rows; a last one of one row gets its own answer, TRL's fault.</summary>
    [Fact]
    public void Rows_of_micro_batches_get_the_answer_before_them_in_their_group()
    {
        EncodedPrompt Row(int prompt, int answer) => new(new EncodedAnswer((int[])[1, prompt, answer], 2) { Rating = 1 });
        EncodedPrompt[] added = Mismatches.OfMicroBatches([Row(2, 11), Row(3, 12), Row(4, 13), Row(5, 14)], 3, 100);
        Assert.Equal([[1, 2, 13], [1, 3, 11], [1, 4, 12], [1, 5, 14]], added.Select(a => a.Answers[1].Ids.ToArray()));
    }

    /// <summary>What TRL does with pairs; of our own a prompt keeps its answers together, so that no step has one label alone.</summary>
    [Fact]
    public void Pairs_are_taken_apart_a_thousand_at_a_time()
    {
        EncodedPrompt[] rows = [.. Mismatches.TakenApart([.. Enumerable.Range(0, 1002).Select(i => Pair(2, i, -i))])];
        Assert.Equal(2004, rows.Length);
        Assert.Equal([.. Enumerable.Range(0, 1000), .. Enumerable.Range(0, 1000).Select(i => -i), 1000, 1001, -1000, -1001],
            rows.Select(r => r.Chosen.Ids[2]));
        Assert.Equal([1.0, 0.0], new[] { rows[999], rows[1000] }.Select(r => r.Chosen.Rating));
    }

    private static EncodedPrompt Pair(int prompt, int chosen, int rejected) =>
        EncodedPrompt.Pair((int[])[1, prompt, chosen], 2, (int[])[1, prompt, rejected], 2);
}
