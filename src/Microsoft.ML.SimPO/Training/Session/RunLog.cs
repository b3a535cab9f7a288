using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Writes what happens to <c>trainer_log.jsonl</c> of the run's folder.</summary>
internal sealed class RunLog(RunFolder folder) : ITrainingObserver
{
    /// <summary>Begins the file with what a run did before; nothing for a new one.</summary>
    public void Start(TrainingRecord before) => folder.StartLog(Lines(before));

    public void OnStep(TrainingProgress step) => folder.Append(TrainingLogLine.Of(step));

    public void OnFinding(TrainingDiagnosis finding) => folder.Append(TrainingLogLine.Of(finding));

    public void OnValidation(ValidationResult validation) => folder.Append(TrainingLogLine.Of(validation));

    /// <summary>In the order in which they were told.</summary>
    private static IEnumerable<byte[]> Lines(TrainingRecord record) => record.Steps.Select(s => (s.Step, 0, Line: TrainingLogLine.Of(s)))
        .Concat(record.Findings.Select(f => (f.Step, 1, Line: TrainingLogLine.Of(f))))
        .Concat(record.Validations.Select(v => (v.Step, 2, Line: TrainingLogLine.Of(v))))
        .OrderBy(l => (l.Item1, l.Item2)).Select(l => l.Line);
}
