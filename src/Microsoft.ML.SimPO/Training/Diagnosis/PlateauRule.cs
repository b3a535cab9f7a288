using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The loss of a run that is over stood still in its second half.</summary>
internal sealed class PlateauRule : IRunRule
{
    public TrainingDiagnosis? AtEnd(RunHistory run)
    {
        int lines = run.Lines(MeanSteps), half = run.Steps.Count / 2;
        if (half < 2 * lines) return null;
        double[] means = [.. run.Steps.TakeLast(half).Select(s => s.Loss).Chunk(lines).Where(c => c.Length == lines).Select(c => c.Average())];
        double mean = means.Average(), moved = (means.Max() - means.Min()) / Math.Abs(mean);
        if (!(moved <= run.Limits.Plateau)) return null;
        return new TrainingDiagnosis(run.Newest.Step, TrainingSymptom.LossFlat, false, moved, Say(
            $"In the last {half * run.Run.StepsPerLine} steps the mean loss of {MeanSteps} steps stayed within {moved:P1} of {mean:G4}: ")
            + "nothing more is learned. Use a higher `LearningRate`, or fewer `Epochs` if the margin is where it should be.")
        {
            Limit = run.Limits.Plateau,
            Cause = "The rate is too low to move the model, or it has learned what there is.",
            Remedy = $"learning_rate: {Rate(3 * run.Run.LearningRate)}",
        };
    }
}
