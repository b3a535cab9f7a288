using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The held-out answers that people preferred become less likely than they were before.</summary>
internal sealed class ForgettingRule : IRunRule
{
    private bool _isSaid, _isSevere;

    public TrainingDiagnosis? OnEvaluation(RunHistory run)
    {
        if (_isSevere || run.Evaluations.Count < 2 || !run.Run.HasTokenMeans) return null;
        ((int first, var before), (int step, var now)) = (run.Evaluations[0], run.Evaluations[^1]);
        double rise = before.ChosenLogProbability - now.ChosenLogProbability;
        bool severe = rise > run.Limits.ForgettingError;
        if (!(rise > run.Limits.ForgettingWarning) || (_isSaid && !severe)) return null;
        string weight = _isSaid ? "0.2" : "0.1";
        (_isSaid, _isSevere) = (true, severe);
        return new TrainingDiagnosis(step, TrainingSymptom.AnswersForgotten, severe, rise, Say(
            $"After step {step} the held-out chosen answers cost {-now.ChosenLogProbability:F2} nats a token, {rise:F2} more than after step {first}: ")
            + Say($"the model forgets how such answers are written. Use a lower `LearningRate` than {run.Run.LearningRate:G3}")
            + (run.Run.Anchor is { } anchor ? $", or add `{anchor}`." : "."))
        {
            Limit = severe ? run.Limits.ForgettingError : run.Limits.ForgettingWarning,
            Cause = "Nothing in the loss holds the chosen answers where they were.",
            Remedy = run.Run.Anchor is null ? $"learning_rate: {run.LowerRate}" : $"sft_weight: {weight}",
        };
    }
}
