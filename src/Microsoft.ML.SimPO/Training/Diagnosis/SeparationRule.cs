using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>A run that is over has hardly moved chosen and rejected answers apart: held-out ones where there are any.</summary>
internal sealed class SeparationRule : IRunRule
{
    public TrainingDiagnosis? AtEnd(RunHistory run)
    {
        if (run.Run.Beta is not { } beta || run.Run.TargetRatio <= 0 || !run.IsJudgedAtEnd) return null;
        double? heldOut = run.Evaluations is [.., (var step, var figures)] && step == run.Newest.Step ? figures.Margin : null;
        if ((heldOut ?? run.Mean(s => s.Margin)) is not { } margin) return null;
        double over = margin / beta, least = run.Limits.PoorSeparation * run.Run.TargetRatio;
        if (over >= least) return null;
        return new TrainingDiagnosis(run.Newest.Step, TrainingSymptom.PoorlySeparated, false, over, Say(
            $"At the end the mean margin of {(heldOut is null ? $"{MeanSteps} steps" : "held-out pairs")} is {margin:F3}, {over:F3} nats a token where the ")
            + Say($"target is {run.Run.TargetRatio:G3}: ")
            + "the answers are hardly told apart. Use a higher `LearningRate`, more `Epochs`, or a higher `Beta` and `GammaBetaRatio`.")
        {
            Limit = least,
            Cause = "The rate is too low, there are too few steps, or the pairs do not differ in what the model can see.",
            Remedy = "beta: 5.0\ngamma_beta_ratio: 0.8",
        };
    }
}
