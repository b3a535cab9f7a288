namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a reward model says of prompt and answer: its head's number where the text ends.</summary>
[RewardName("reward model")]
internal sealed record ModelReward : IReward
{
    public ScoredTokens ScoredTokens => ScoredTokens.Ends;

    public double Scale => 1;

    public double Value(in AnswerScore answer) => answer.Sum;
}
