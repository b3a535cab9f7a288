using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data;

public class SamePromptsTests
{
    private static readonly int[] Long = [.. Enumerable.Range(1, 20)];

    [Fact]
    public void A_prompt_is_known_again_whatever_its_answers_are() => Assert.Equal(
        [0, 1, 0, 3, 1],
        SamePrompts.Of([Pair([1, 2], 7, 8), Pair([1, 3], 7, 8), Pair([1, 2], 9, 9), Pair([1], 7, 8), Pair([1, 3], 5, 6)]));

    /// <summary>
    /// The border to an answer merged the last of twenty tokens in the second pair: both prefixes are the same prompt. Nine tokens less are another one, and
    /// so is another last token.
    /// </summary>
    [Fact]
    public void A_prefix_that_a_border_made_shorter_is_of_the_same_prompt() => Assert.Equal(
        [0, 0, 2, 3, 0],
        SamePrompts.Of([Pair(Long, 50, 51), Pair(Long[..19], 52, 53), Pair(Long[..11], 50, 51), Pair([.. Long[..19], 99], 50, 51), Pair(Long[..12], 54, 55)]));

    /// <summary>Of few tokens, none may be missing: a beginning alone does not make two prompts one.</summary>
    [Fact]
    public void Short_prompts_are_the_same_only_as_a_whole() => Assert.Equal([0, 1], SamePrompts.Of([Pair([1, 2, 3], 7, 8), Pair([1, 2], 7, 8)]));

    [Fact]
    public void Groups_with_nothing_in_common_are_by_themselves() =>
        Assert.Equal([0, 1], SamePrompts.Of([EncodedPrompt.Pair([1, 2], 1, [3, 2], 1), EncodedPrompt.Pair([1, 2], 1, [3, 2], 1)]));

    private static EncodedPrompt Pair(int[] prompt, int chosen, int rejected) =>
        EncodedPrompt.Pair([.. prompt, chosen], prompt.Length, [.. prompt, rejected], prompt.Length);
}
