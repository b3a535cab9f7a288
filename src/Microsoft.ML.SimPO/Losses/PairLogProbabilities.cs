namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a model gives to the two answers of a pair: sums over their scored tokens of log p(token | before), in nats.</summary>
internal readonly record struct PairLogProbabilities(double ChosenSum, int ChosenCount, double RejectedSum, int RejectedCount)
{
    /// <summary>Mean over the tokens of the chosen answer.</summary>
    public double ChosenMean => ChosenSum / ChosenCount;

    /// <summary>Mean over the tokens of the rejected answer.</summary>
    public double RejectedMean => RejectedSum / RejectedCount;
}
