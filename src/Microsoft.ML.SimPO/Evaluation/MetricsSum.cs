namespace Microsoft.ML.SimPO.Evaluation;

/// <summary>Adds pairs up into <see cref="AlignmentMetrics"/>.</summary>
/// <param name="targetMargin">Subtracted from every margin in the log-loss.</param>
internal sealed class MetricsSum(double targetMargin)
{
    private long _count, _right;
    private double _chosen, _rejected, _loss;

    public void Add(double chosenReward, double rejectedReward)
    {
        _count++;
        if (chosenReward > rejectedReward) _right++;
        _chosen += chosenReward;
        _rejected += rejectedReward;
        double distance = chosenReward - rejectedReward - targetMargin;
        _loss += Math.Max(-distance, 0) + double.LogP1(Math.Exp(-Math.Abs(distance))); // -log sigma without overflow
    }

    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public AlignmentMetrics Metrics() => _count == 0
        ? throw new InvalidOperationException("There are no rows to evaluate.")
        : new AlignmentMetrics
        {
            Count = _count,
            Accuracy = _right / (double)_count,
            MeanMargin = (_chosen - _rejected) / _count,
            MeanChosenReward = _chosen / _count,
            MeanRejectedReward = _rejected / _count,
            LogLoss = _loss / _count,
        };
}
