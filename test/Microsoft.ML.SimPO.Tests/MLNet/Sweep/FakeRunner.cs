namespace Microsoft.ML.SimPO;

/// <summary>A trial runner that computes the loss from the settings, without a model.</summary>
internal sealed class FakeRunner(Func<AlignmentTrialSettings, double> loss) : IAlignmentTrialRunner
{
    public List<AlignmentTrialSettings> Ran { get; } = [];

    public async Task<AlignmentTrialResult> RunAsync(AlignmentTrialSettings settings, CancellationToken ct)
    {
        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        double value = loss(settings);
        ct.ThrowIfCancellationRequested();
        Ran.Add(settings);
        return new AlignmentTrialResult
        {
            TrialSettings = settings,
            Status = double.IsFinite(value) ? AlignmentTrialStatus.Completed : AlignmentTrialStatus.Diverged,
            Metric = value,
            Loss = double.IsFinite(value) ? value : double.PositiveInfinity,
            Message = double.IsFinite(value) ? null : "it went astray",
        };
    }

    public void Dispose()
    {
    }
}
