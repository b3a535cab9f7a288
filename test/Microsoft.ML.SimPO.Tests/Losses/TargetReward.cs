namespace Microsoft.ML.SimPO.Losses;

/// <summary>The reward of <see cref="TargetLoss"/>, which the library does not know.</summary>
[RewardName("tests: distance from a target")]
internal sealed record TargetReward(double Scale, double Target) : IReward
{
    public double Value(in AnswerScore answer) => -Math.Abs(answer.Mean + Target);
}
