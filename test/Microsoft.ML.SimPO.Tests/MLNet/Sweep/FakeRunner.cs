namespace Microsoft.ML.SimPO;

/// <summary>A trial runner that computes the loss from the settings, without a model.</summary>
internal sealed class FakeRunner(Func<TrialSettings, double> loss) : ITrialRunner
{
    public List<TrialSettings> Ran { get; } = [];

    public async Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct)
    {
        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        double value = loss(settings);
        ct.ThrowIfCancellationRequested();
        Ran.Add(settings);
        return new TrialResult
        {
            TrialSettings = settings,
            Status = double.IsFinite(value) ? TrialStatus.Completed : TrialStatus.Diverged,
            Metric = value,
            Loss = double.IsFinite(value) ? value : double.PositiveInfinity,
            Message = double.IsFinite(value) ? null : "it went astray",
        };
    }

    public void Dispose()
    {
    }
}
