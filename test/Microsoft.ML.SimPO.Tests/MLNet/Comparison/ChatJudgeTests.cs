using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

public sealed class ChatJudgeTests
{
    private static readonly string[] Prompts = ["first?", "second?"], Own = ["own one", "own two"], Old = ["old one", "old two"];

    /// <summary>The first comparison is won in both orders, the second is a tie.</summary>
    [Fact]
    public void Wins_count_one_and_ties_half()
    {
        var judge = new ChatJudge(new JudgingClient(request =>
            request.Contains("two", StringComparison.Ordinal) ? "T" : request.IndexOf("own", StringComparison.Ordinal)
                < request.IndexOf("old", StringComparison.Ordinal) ? "Answer A is better" : "b"));
        Assert.Equal(0.75, judge.WinRate(Prompts, Own, Old, CancellationToken.None));
        Assert.Equal(0.25, judge.WinRate(Prompts, Old, Own, CancellationToken.None));
        Assert.Equal(0, judge.Unclear);
    }

    /// <summary>Both orders are shown, so that a judge who likes the first place says nothing of the answers.</summary>
    [Fact]
    public void A_judge_that_likes_a_place_says_nothing()
    {
        var client = new JudgingClient(_ => "A");
        Assert.Equal(0.5, new ChatJudge(client).WinRate(Prompts, Own, Old, CancellationToken.None));
        Assert.Equal(
            [
                "Request:\nfirst?\n\nAnswer A:\nown one\n\nAnswer B:\nold one", "Request:\nfirst?\n\nAnswer A:\nold one\n\nAnswer B:\nown one",
                "Request:\nsecond?\n\nAnswer A:\nown two\n\nAnswer B:\nold two", "Request:\nsecond?\n\nAnswer A:\nold two\n\nAnswer B:\nown two",
            ],
            client.Requests);
    }

    [Fact]
    public void A_reply_that_says_nothing_is_a_tie_and_is_counted()
    {
        var judge = new ChatJudge(new JudgingClient(_ => "Both are about equally good."));
        Assert.Equal(0.5, judge.WinRate(Prompts, Own, Old, CancellationToken.None));
        Assert.Equal(4, judge.Unclear);
    }
}
