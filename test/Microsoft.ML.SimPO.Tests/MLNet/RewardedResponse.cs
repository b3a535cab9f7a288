namespace Microsoft.ML.SimPO;

/// <summary>What the response scorer adds to a row.</summary>
public sealed class RewardedResponse
{
    public int Id { get; set; }

    public float Reward { get; set; }
}
