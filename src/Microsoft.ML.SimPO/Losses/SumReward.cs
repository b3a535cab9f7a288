namespace Microsoft.ML.SimPO.Losses;

/// <summary>The scale times the log-probability of the whole answer, in nats: what CPO and SLiC-HF compare.</summary>
[RewardName("log-probability")]
internal sealed record SumReward(double Scale) : IReward
{
    public double Value(in AnswerScore answer) => answer.Sum;
}
