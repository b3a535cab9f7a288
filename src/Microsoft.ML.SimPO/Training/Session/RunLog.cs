using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Writes what happens to <c>trainer_log.jsonl</c> of the run's folder.</summary>
internal sealed class RunLog(RunFolder folder) : ITrainingObserver
{
    /// <summary>Begins the file with what a run did before; nothing for a new one.</summary>
    public void Start(TrainingRecord before) => folder.StartLog(Lines(before));

    public void OnStep(TrainingProgress step) => folder.Append(TrainingLogLine.Of(step));

    public void OnFinding(TrainingDiagnosis finding)
    {
        // It says in other words what the lines of the steps hold.
    }

    public void OnValidation(ValidationResult validation) => folder.Append(TrainingLogLine.Of(validation));

    private static IEnumerable<byte[]> Lines(TrainingRecord record)
    {
        var validations = new Queue<ValidationResult>(record.Validations);
        IEnumerable<byte[]> Until(int step)
        {
            while (validations.TryPeek(out ValidationResult? next) && next.Step <= step) yield return TrainingLogLine.Of(validations.Dequeue());
        }
        foreach (byte[] line in Until(0)) yield return line;
        foreach (TrainingProgress step in record.Steps)
        {
            yield return TrainingLogLine.Of(step);
            foreach (byte[] line in Until(step.Step)) yield return line;
        }
    }
}
