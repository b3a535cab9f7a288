namespace Microsoft.ML.SimPO.Losses;

/// <summary>A preference loss as a scalar function of a pair's log-probabilities. Implementations are pure and thread safe.</summary>
internal interface IPreferenceLoss
{
    PairLoss Evaluate(in PairLogProbabilities pair, in PairContext context);
}
