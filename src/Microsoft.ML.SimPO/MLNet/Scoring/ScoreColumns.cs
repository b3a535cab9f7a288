namespace Microsoft.ML.SimPO;

/// <summary>The columns that <see cref="AlignmentTransformer"/> adds.</summary>
internal static class ScoreColumns
{
    public const string ChosenReward = "ChosenReward";

    public const string RejectedReward = "RejectedReward";

    public const string Margin = "Margin";

    public const string Score = "Score";

    public const string PredictedLabel = "PredictedLabel";

    public const string Probability = "Probability";

    private static readonly ComputedColumn<PairScore>[] All =
    [
        ComputedColumn<PairScore>.Single(ChosenReward, ChosenReward, s => s.ChosenReward),
        ComputedColumn<PairScore>.Single(RejectedReward, RejectedReward, s => s.RejectedReward),
        ComputedColumn<PairScore>.Single(Margin, Margin, s => s.Margin),
        ComputedColumn<PairScore>.Single(Score, Score, s => s.Score),
        ComputedColumn<PairScore>.Boolean(PredictedLabel, PredictedLabel, s => s.Margin > 0),
        ComputedColumn<PairScore>.Single(Probability, Probability, s => s.Probability),
    ];

    /// <summary>All of them. The margin that the model's loss wants goes with them, so that whoever judges the scores by that loss knows it.</summary>
    public static ComputedColumn<PairScore>[] Of(double targetMargin) => [.. All.Select(c => c.With(targetMargin))];
}
