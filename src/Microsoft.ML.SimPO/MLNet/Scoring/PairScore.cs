namespace Microsoft.ML.SimPO;

/// <summary>The rewards of both answers of a row.</summary>
internal readonly record struct PairScore(float ChosenReward, float RejectedReward)
{
    public float Margin => ChosenReward - RejectedReward;

    /// <summary>sigma(margin)</summary>
    public float Probability => (float)(1 / (1 + Math.Exp(-(double)Margin)));
}
