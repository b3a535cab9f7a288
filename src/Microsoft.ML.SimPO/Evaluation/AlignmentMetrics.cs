namespace Microsoft.ML.SimPO;

/// <summary>How well a model's rewards agree with the preferences of a data set.</summary>
public sealed record AlignmentMetrics
{
    /// <summary>How many pairs were judged.</summary>
    public required long Count { get; init; }

    /// <summary>Share of pairs whose chosen answer has the higher reward, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of chosen minus rejected reward.</summary>
    public required double MeanMargin { get; init; }

    /// <summary>Mean reward of the chosen answers.</summary>
    public required double MeanChosenReward { get; init; }

    /// <summary>Mean reward of the rejected answers.</summary>
    public required double MeanRejectedReward { get; init; }

    /// <summary>Mean of -log sigma(margin - target margin), in nats.</summary>
    public required double LogLoss { get; init; }
}
