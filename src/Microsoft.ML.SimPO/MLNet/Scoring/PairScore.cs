namespace Microsoft.ML.SimPO;

/// <summary>The rewards of both answers of a row, or of the one that it has: then there is no other reward and no margin.</summary>
internal readonly record struct PairScore(float ChosenReward, float RejectedReward)
{
    public float Margin => ChosenReward - RejectedReward;

    /// <summary>sigma(margin)</summary>
    public float Probability => (float)(1 / (1 + Math.Exp(-(double)Margin)));

    public float Score => float.IsNaN(RejectedReward) ? ChosenReward : Margin;

    /// <param name="rewards">Of one answer or two.</param>
    public static PairScore Of(float[] rewards) => new(rewards[0], rewards.Length > 1 ? rewards[1] : float.NaN);
}
