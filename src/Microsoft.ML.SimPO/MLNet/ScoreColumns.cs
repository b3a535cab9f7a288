namespace Microsoft.ML.SimPO;

/// <summary>The columns that <see cref="SimPOTransformer"/> adds.</summary>
internal static class ScoreColumns
{
    public const string ChosenReward = "ChosenReward";

    public const string RejectedReward = "RejectedReward";

    public const string Margin = "Margin";

    public const string Score = "Score";

    public const string PredictedLabel = "PredictedLabel";
}
