using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The answers that the model writes to held-out prompts become much longer or shorter.</summary>
internal sealed class AnswerLengthRule : IRunRule
{
    private bool _isSaid;

    public TrainingDiagnosis? OnEvaluation(RunHistory run)
    {
        if (_isSaid || run.Evaluations.Count < 2) return null;
        (int step, var now) = run.Evaluations[^1];
        if (AnswerFigures.Of(run.Evaluations[0].Figures) is not { Tokens: > 0 } before || AnswerFigures.Of(now) is not { } written) return null;
        double times = written.Tokens / before.Tokens;
        bool isLonger = times > run.Limits.LongerAnswers;
        if (!isLonger && times >= run.Limits.ShorterAnswers) return null;
        _isSaid = true;
        return new TrainingDiagnosis(step, TrainingSymptom.AnswerLengthChanged, false, times, Say(
            $"After step {step} answers to held-out prompts have {written.Tokens:F0} tokens, {times:F2} times as many as before: ")
            + (isLonger ? "the model is rewarded for length." : "the model has learned to say less.")
            + " Look at the lengths in the data, and use a higher `Beta`.")
        {
            Limit = isLonger ? run.Limits.LongerAnswers : run.Limits.ShorterAnswers,
            Cause = "Chosen and rejected answers differ in length more than in what they say.",
            Remedy = "beta: 5.0",
        };
    }
}
