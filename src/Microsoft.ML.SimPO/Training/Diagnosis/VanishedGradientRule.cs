using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The gradient's norm stays at next to nothing although the rate is not 0. Losses with a hinge have such steps when all is well.</summary>
internal sealed class VanishedGradientRule : IRunRule
{
    private const int FirstSteps = 5, StepsInARow = 3;

    private bool _isSaid;

    public TrainingDiagnosis? OnStep(RunHistory run)
    {
        (int first, int last) = (run.Lines(FirstSteps), run.Lines(StepsInARow));
        if (_isSaid || run.Run.HasZeroGradients || run.Steps.Count < first + last) return null;
        TrainingProgress[] recent = [.. run.Steps.TakeLast(last)];
        double start = run.Steps.Take(first).Select(s => s.GradientNorm).Order().ElementAt(first / 2), largest = recent.Max(s => s.GradientNorm);
        if (!(largest < run.Limits.VanishedGradient * start) || recent.Any(s => !(s.LearningRate > 0))) return null;
        _isSaid = true;
        TrainingProgress step = run.Newest;
        return new TrainingDiagnosis(step.Step, TrainingSymptom.GradientVanished, true, largest / start, Say(
            $"After step {step.Step} the gradient norm has stayed below {largest:G2} for {StepsInARow} steps, where it began with {start:G3}: ")
            + Say($"nothing is learned any more{Accuracy(", though", step)}. ")
            + (double.IsNaN(step.Accuracy) ? "Use" : "Every margin is far beyond its target; use")
            + Say($" a lower `LearningRate` than {run.Run.LearningRate:G3}, fewer `Epochs`, or check that the answers differ."))
        {
            Limit = run.Limits.VanishedGradient,
            Cause = "Every margin is so far beyond its target that the loss is flat, or the answers of a pair are equal.",
            Remedy = $"learning_rate: {run.LowerRate}\nnum_train_epochs: 1",
        };
    }
}
