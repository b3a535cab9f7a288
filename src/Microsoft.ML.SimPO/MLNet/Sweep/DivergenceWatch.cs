namespace Microsoft.ML.SimPO;

/// <summary>Listens to a training and ends it when it goes astray.</summary>
internal sealed class DivergenceWatch(
    SweepOptions sweep, IProgress<TrainingProgress>? listener, CancellationToken cancellationToken) : IProgress<TrainingProgress>, IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private TrainingProgress? _first;

    public CancellationToken Token => _source.Token;

    /// <summary>What was wrong; null as long as nothing is.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether a step was done.</summary>
    public bool HasBegun => _first is not null;

    public void Report(TrainingProgress value)
    {
        listener?.Report(value);
        _first ??= value;
        if (Reason is not null) return;
        if (value.Loss > sweep.MaxLossRatio * _first.Loss)
            Reason = FormattableString.Invariant($"the loss rose from {_first.Loss:G4} to {value.Loss:G4} by step {value.Step}");
        else if (_first.ChosenLogProbability - value.ChosenLogProbability > sweep.MaxChosenLogProbabilityDrop)
            Reason = FormattableString.Invariant(
                $"the chosen answers' mean log-probability fell from {_first.ChosenLogProbability:F3} to {value.ChosenLogProbability:F3} by step {value.Step}");
        if (Reason is not null) _source.Cancel();
    }

    public void Dispose() => _source.Dispose();
}
