namespace Microsoft.ML.SimPO;

/// <summary>The columns that <see cref="SimPOTransformer"/> adds.</summary>
internal static class ScoreColumns
{
    public const string ChosenReward = "ChosenReward";

    public const string RejectedReward = "RejectedReward";

    public const string Margin = "Margin";

    public const string Score = "Score";

    public const string PredictedLabel = "PredictedLabel";

    public static ComputedColumn<PairScore>[] All { get; } =
    [
        ComputedColumn<PairScore>.Single(ChosenReward, ChosenReward, s => s.ChosenReward),
        ComputedColumn<PairScore>.Single(RejectedReward, RejectedReward, s => s.RejectedReward),
        ComputedColumn<PairScore>.Single(Margin, Margin, s => s.Margin),
        ComputedColumn<PairScore>.Single(Score, Score, s => s.Margin),
        ComputedColumn<PairScore>.Boolean(PredictedLabel, PredictedLabel, s => s.Margin > 0),
    ];
}
