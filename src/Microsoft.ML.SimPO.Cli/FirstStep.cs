namespace SimPO.Cli;

/// <summary>Does something once, when a run has done its first step, and passes all steps on.</summary>
internal sealed class FirstStep(Action work, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private bool _isDone;

    public void Report(TrainingProgress value)
    {
        if (!_isDone) work();
        _isDone = true;
        next.Report(value);
    }
}
