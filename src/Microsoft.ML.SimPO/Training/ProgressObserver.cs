namespace Microsoft.ML.SimPO.Training;

/// <summary>Reports every step and has no other wish.</summary>
internal sealed class ProgressObserver(Action<TrainingProgress>? report) : ITrainingObserver
{
    public (int Steps, TimeSpan Elapsed) Start(AdamW optimizer) => (0, TimeSpan.Zero);

    public bool AfterStep(TrainingProgress progress, AdamW optimizer)
    {
        report?.Invoke(progress);
        return true;
    }

    public void Cancelled(AdamW optimizer)
    {
    }
}
