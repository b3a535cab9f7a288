namespace Microsoft.ML.SimPO;

/// <summary>What the transformer adds to a row.</summary>
public sealed class ScoredPair
{
    public string Prompt { get; set; } = "";

    public float ChosenReward { get; set; }

    public float RejectedReward { get; set; }

    public float Margin { get; set; }

    public float Score { get; set; }

    public bool PredictedLabel { get; set; }
}
