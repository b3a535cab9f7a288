using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The answers that the model writes to held-out prompts do not end any more, or say the same again and again.</summary>
internal sealed class LoopRule : IRunRule
{
    /// <summary>How many times as many answers as before must reach the limit.</summary>
    private const double Times = 2;

    private bool _isSaid, _isSevere;

    public TrainingDiagnosis? OnEvaluation(RunHistory run)
    {
        if (_isSevere || run.Evaluations.Count < 2) return null;
        (int step, var now) = run.Evaluations[^1];
        if (AnswerFigures.Of(run.Evaluations[0].Figures) is not { } before || AnswerFigures.Of(now) is not { } written) return null;
        bool severe = written.AtLimit > run.Limits.LoopsError && written.AtLimit > Times * before.AtLimit;
        bool isLong = written.AtLimit > run.Limits.LoopsWarning && written.AtLimit > Times * before.AtLimit;
        bool repeats = written.Distinct < run.Limits.LeastDistinct && written.Distinct < before.Distinct;
        if ((!isLong && !repeats) || (_isSaid && !severe)) return null;
        (_isSaid, _isSevere) = (true, severe);
        return new TrainingDiagnosis(step, TrainingSymptom.AnswersLoop, severe, isLong ? written.AtLimit : written.Distinct, Say(
            $"After step {step} {written.AtLimit:P0} of the answers to held-out prompts reach the limit of tokens, {before.AtLimit:P0} before, and ")
            + Say($"{written.Distinct:P0} of their sequences of four tokens differ, {before.Distinct:P0} before: the model does not end its answers. ")
            + Say($"Use a lower `LearningRate` than {run.Run.LearningRate:G3}, and look whether chosen answers have their end token."))
        {
            Limit = severe ? run.Limits.LoopsError : isLong ? run.Limits.LoopsWarning : run.Limits.LeastDistinct,
            Cause = "The model has lost the end of a turn, by too high a rate or by answers that were cut.",
            Remedy = $"learning_rate: {run.LowerRate}",
        };
    }
}
