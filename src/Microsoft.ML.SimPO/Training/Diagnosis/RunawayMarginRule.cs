using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The margin goes far beyond its target: rejected answers fall without end, and take the language with them.</summary>
internal sealed class RunawayMarginRule : IRunRule
{
    private bool _isSaid, _isSevere;

    public TrainingDiagnosis? OnStep(RunHistory run)
    {
        if (_isSevere || run.Run.Beta is not { } beta || run.Mean(s => s.Margin) is not { } margin) return null;
        double over = margin / beta;
        bool severe = over > run.Limits.MarginError;
        if (over <= run.Limits.MarginWarning || (_isSaid && !severe)) return null;
        (_isSaid, _isSevere) = (true, severe);
        TrainingProgress step = run.Newest;
        return new TrainingDiagnosis(step.Step, TrainingSymptom.MarginRanAway, severe, over, Say(
            $"After step {step.Step} the mean margin of {MeanSteps} steps is {margin:F2}, {over:F2} nats a token where the target is {run.Run.TargetRatio:G3}")
            + Say($"{Accuracy(", while", step)}: answers are told apart by making them impossible. Use a lower `LearningRate` than {run.Run.LearningRate:G3}."))
        {
            Limit = severe ? run.Limits.MarginError : run.Limits.MarginWarning,
            Cause = "The learning rate is too high, or there are too many epochs: margins go on after they have reached their target.",
            Remedy = CollapseRule.RemedyOf(run),
        };
    }
}
