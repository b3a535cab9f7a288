using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Rotary;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data;

public class PackedBatchTests
{
    [Fact]
    public void A_prompt_is_laid_out_once_and_its_last_row_predicts_both_answers()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 11, 12, 20, 21], 3, [10, 11, 12, 30, 31, 32], 3));
        Assert.Equal([10, 11, 12, 20, 21, 30, 31, 32], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 3, 4, 3, 4, 5], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 3, 2, 3)], batch.Tokens.Segments);
        Assert.Equal([2, 3, /* rejected */ 2, 5, 6], batch.ScoredRows);
        Assert.Equal([20, 21, 30, 31, 32], batch.Targets);
        AssertSpans(batch, (0, [new(0, 2), new(2, 3)]));
    }

    [Fact]
    public void Pairs_follow_one_another()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([1, 5], 1, [1, 6, 7], 1), EncodedPrompt.Pair([2, 3, 8], 2, [2, 3, 9], 2));
        Assert.Equal([1, 5, 6, 7, 2, 3, 8, 9], batch.Tokens.Ids);
        Assert.Equal([0, 1, 1, 2, 0, 1, 2, 2], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 1, 1, 2), new AttentionSegment(4, 2, 1, 1)], batch.Tokens.Segments);
        Assert.Equal([0, 0, 2, 5, 5], batch.ScoredRows);
        Assert.Equal([5, 6, 7, 8, 9], batch.Targets);
        AssertSpans(batch, (0, [new(0, 1), new(1, 2)]), (1, [new(3, 1), new(4, 1)]));
    }

    /// <summary>The border merged a token on one side: each answer keeps the end of its own prompt, unscored.</summary>
    [Fact]
    public void Prompts_that_differ_at_the_border_share_what_they_have_in_common()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 11, 12, 20], 3, [10, 11, 13, 30], 3));
        Assert.Equal([10, 11, 12, 20, 13, 30], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 3, 2, 3], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 2, 2, 2)], batch.Tokens.Segments);
        Assert.Equal([2, 4], batch.ScoredRows);
        Assert.Equal([20, 30], batch.Targets);
    }

    [Fact]
    public void Prompts_of_different_lengths_are_scored_from_their_own_ends()
    {
        // The second token of the rejected side spans the border and is scored; the shared row 0 predicts it.
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 11, 20], 2, [10, 40, 41], 1));
        Assert.Equal([10, 11, 20, 40, 41], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 1, 2], batch.Tokens.Positions);
        Assert.Equal([1, 0, 3], batch.ScoredRows);
        Assert.Equal([20, 40, 41], batch.Targets);
        AssertSpans(batch, (0, [new(0, 1), new(1, 2)]));
    }

    [Fact]
    public void A_common_beginning_of_the_answers_is_not_shared()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 20, 21], 1, [10, 20, 22], 1));
        Assert.Equal([10, 20, 21, 20, 22], batch.Tokens.Ids);
        Assert.Equal([0, 1, 0, 3], batch.ScoredRows);
    }

    [Fact]
    public void Equal_answers_are_laid_out_twice()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 20], 1, [10, 20], 1));
        Assert.Equal([10, 20, 20], batch.Tokens.Ids);
        Assert.Equal([0, 0], batch.ScoredRows);
        Assert.Equal([20, 20], batch.Targets);
    }

    [Fact]
    public void Prompts_with_nothing_in_common_share_nothing()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([10, 20], 1, [11, 30, 31], 1));
        Assert.Equal([10, 20, 11, 30, 31], batch.Tokens.Ids);
        Assert.Equal([0, 1, 0, 1, 2], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 0, 2, 3)], batch.Tokens.Segments);
        Assert.Equal([0, 2, 3], batch.ScoredRows);
    }

    [Fact]
    public void Sharing_can_be_turned_off()
    {
        PackedBatch batch = PackedBatch.Of([(7, EncodedPrompt.Pair([10, 11, 20], 2, [10, 11, 30], 2))], RandomDecoder.Architecture, PromptSharing.None);
        Assert.Equal([10, 11, 20, 10, 11, 30], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 0, 1, 2], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 0, 3), new AttentionSegment(3, 0, 3)], batch.Tokens.Segments);
        Assert.Equal([1, 4], batch.ScoredRows);
        AssertSpans(batch, (7, [new(0, 1), new(1, 1)]));
    }

    /// <summary>Beyond the model's 4 positions each length has angles of its own, so prompts of two lengths are not the same rows.</summary>
    [Theory]
    [InlineData(3, 4, true)]
    [InlineData(4, 5, false)]
    [InlineData(5, 5, true)]
    public void Prompts_are_shared_only_where_both_sequences_turn_by_the_same_angles(int chosenLength, int rejectedLength, bool shared)
    {
        DecoderArchitecture dynamic = RandomDecoder.Architecture with
        {
            Rotaries = [new RotaryArchitecture { Dimensions = 8, Base = 10000, MaxPositions = 4, OriginalMaxPositions = 4, Scaling = RotaryScaling.Dynamic,
                Factor = 2 }],
        };
        int[] Ids(int length) => [.. Enumerable.Range(1, length)];
        PackedBatch batch = PackedBatch.Of([(0, EncodedPrompt.Pair(Ids(chosenLength), 2, Ids(rejectedLength), 2))], dynamic);
        Assert.Equal(shared ? 1 : 2, batch.Tokens.Segments.Length);
        Assert.Equal(chosenLength + rejectedLength - (shared ? 2 : 0), batch.Tokens.Rows);
    }

    /// <summary>The second pair's first answer is the first pair's second one: it stands once, and both pairs' rows are one unit.</summary>
    [Fact]
    public void Pairs_of_one_prompt_share_its_rows_and_those_of_equal_answers()
    {
        PackedBatch batch = Pack(
            EncodedPrompt.Pair([1, 2, 20], 2, [1, 2, 30, 31], 2), EncodedPrompt.Pair([9, 8], 1, [9, 7], 1),
            EncodedPrompt.Pair([1, 2, 30, 31], 2, [1, 2, 40], 2));
        Assert.Equal([1, 2, 20, 30, 31, 40, 9, 8, 7], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 2, 3, 2, 0, 1, 1], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 2, 1, 2, 1), new AttentionSegment(6, 1, 1, 1)], batch.Tokens.Segments);
        Assert.Equal([1, 1, 3, 1, /* the other prompt */ 6, 6], batch.ScoredRows);
        AssertSpans(batch, (0, [new(0, 1), new(1, 2)]), (2, [new(1, 2), new(3, 1)]), (1, [new(4, 1), new(5, 1)]));
        Assert.Equal([(0, 4), (4, 2)], batch.Units.Select(u => (u.Start, u.Count)));
        Assert.Equal([0, 2, 1], batch.Groups.Select(g => g.Place));
    }

    /// <summary>Without an answer in common, pairs of one prompt need nothing of each other.</summary>
    [Fact]
    public void Pairs_of_one_prompt_without_a_common_answer_are_units_of_their_own()
    {
        PackedBatch batch = Pack(EncodedPrompt.Pair([1, 2, 20], 2, [1, 2, 30], 2), EncodedPrompt.Pair([1, 2, 40], 2, [1, 2, 50], 2));
        Assert.Equal([new AttentionSegment(0, 2, 1, 1, 1, 1)], batch.Tokens.Segments);
        Assert.Equal([(0, 2), (2, 2)], batch.Units.Select(u => (u.Start, u.Count)));
    }

    [Fact]
    public void A_prompt_may_have_one_answer_or_many()
    {
        EncodedAnswer Answer(params int[] ids) => new(ids, 2);
        PackedBatch batch = Pack(new EncodedPrompt(Answer(1, 2, 20, 21)), new EncodedPrompt(Answer(3, 4, 20), Answer(3, 4, 30), Answer(3, 4, 40, 41)));
        Assert.Equal([1, 2, 20, 21, 3, 4, 20, 30, 40, 41], batch.Tokens.Ids);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 2, 2, 3], batch.Tokens.Positions);
        Assert.Equal([new AttentionSegment(0, 2, 2), new AttentionSegment(4, 2, 1, 1, 2)], batch.Tokens.Segments);
        Assert.Equal([1, 2, 5, 5, 5, 8], batch.ScoredRows);
        AssertSpans(batch, (0, [new(0, 2)]), (1, [new(2, 1), new(3, 1), new(4, 2)]));
    }

    /// <summary>Row 0 predicts the prompt's second token; of each group's first answer the own head, [12] or [13], is scored as its prompt's.</summary>
    [Fact]
    public void A_prompt_that_is_scored_is_scored_once_with_the_first_answers_head()
    {
        EncodedPrompt first = EncodedPrompt.Pair([10, 11, 12, 20], 3, [10, 11, 13, 30], 3),
            second = EncodedPrompt.Pair([10, 11, 13, 30], 3, [10, 11, 12, 20], 3);
        PackedBatch batch = PackedBatch.Of([(0, first), (1, second)], RandomDecoder.Architecture, scored: ScoredTokens.PromptAndAnswers);
        Assert.Equal([10, 11, 12, 20, 13, 30], batch.Tokens.Ids);
        Assert.Equal([2, 4, /* prompt */ 0, /* heads */ 1, 1], batch.ScoredRows);
        Assert.Equal([20, 30, 11, 12, 13], batch.Targets);
        AssertSpans(batch, (0, [new(0, 1), new(1, 1)]), (1, [new(1, 1), new(0, 1)]));
        Assert.Equal([[new(2, 1), new(3, 1)], [new(2, 1), new(4, 1)]], batch.Groups.Select(g => g.Prompt));
    }

    private static void AssertSpans(PackedBatch batch, params (int Index, ScoredSpan[] Answers)[] expected)
    {
        Assert.Equal(expected.Select(e => e.Index), batch.Groups.Select(g => g.Index));
        Assert.Equal(expected.Select(e => e.Answers), batch.Groups.Select(g => g.Answers));
    }

    private static PackedBatch Pack(params EncodedPrompt[] pairs) => PackedBatch.Of([.. pairs.Select((p, i) => (i, p))], RandomDecoder.Architecture);
}
