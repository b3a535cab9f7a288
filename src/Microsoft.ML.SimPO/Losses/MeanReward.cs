namespace Microsoft.ML.SimPO.Losses;

/// <summary>The scale times the mean log-probability of the answer's tokens, in nats: with beta as scale, SimPO's (arXiv 2405.14734, equation 4).</summary>
[RewardName("mean log-probability")]
internal sealed record MeanReward(double Scale) : IReward
{
    public double Value(in AnswerScore answer) => answer.Mean;
}
