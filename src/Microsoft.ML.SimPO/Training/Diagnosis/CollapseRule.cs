using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>
/// The chosen answers' log-probability falls. Those of batches differ by chance, so means over windows of some 64 pairs are compared, and a fall counts only
/// beyond three standard errors; evaluations are of the same pairs each time.
/// </summary>
internal sealed class CollapseRule(int pairsPerStep) : IRunRule
{
    private const double FallAtOnce = 2.0, StandardErrors = 3;
    private const int WindowPairs = 64;

    private readonly int _windowSteps = Math.Max(1, (WindowPairs + pairsPerStep - 1) / pairsPerStep);
    private bool _fell, _fellSeverely;

    public TrainingDiagnosis? OnStep(RunHistory run)
    {
        if (_fellSeverely || run.Steps.Count < 2 || !run.Run.HasTokenMeans) return null;
        (TrainingProgress step, int whole) = (run.Newest, run.Lines(_windowSteps));
        int window = Window(run, whole);
        double[] start = [.. run.Steps.Take(window).Select(s => s.ChosenLogProbability)];
        double[] recent = [.. run.Steps.TakeLast(window).Select(s => s.ChosenLogProbability)];
        double fall = start.Average() - recent.Average();
        if (double.IsNaN(fall)) return null; // a step of single answers may have no chosen one
        if (window < whole && fall <= FewStepsFall(step, run.Limits)) return null;
        if (fall <= run.Limits.CollapseWarning || fall <= StandardErrors * MeanDifference.StandardError(start, recent)) return null;
        return Found(run, step.Step, fall, start.Average(), recent.Average(), "the chosen answers' log-probability", Accuracy(", while", step));
    }

    public TrainingDiagnosis? OnEvaluation(RunHistory run)
    {
        if (_fellSeverely || run.Evaluations.Count < 2 || !run.Run.HasTokenMeans) return null;
        (double before, double now) = (run.Evaluations[0].Figures.ChosenLogProbability, run.Evaluations[^1].Figures.ChosenLogProbability);
        return before - now > run.Limits.CollapseWarning
            ? Found(run, run.Evaluations[^1].Step, before - now, before, now, "the log-probability of the held-out chosen answers", "") : null;
    }

    /// <returns>Null where it was said already.</returns>
    private TrainingDiagnosis? Found(RunHistory run, int step, double fall, double before, double now, string what, string accuracy)
    {
        bool severe = fall > run.Limits.CollapseError;
        if (_fell && !severe) return null;
        (_fell, _fellSeverely) = (true, severe);
        string verdict = severe ? "the model has lost its language" : "the model is losing its language";
        return new TrainingDiagnosis(step, TrainingSymptom.ChosenLogProbabilityFell, severe, fall, Say(
            $"After step {step} {what} has fallen by {fall:F2} nats a token, from {before:F2} to ")
            + Say($"{now:F2}{accuracy}: {verdict}. ")
            + Say($"Use a lower `LearningRate` than {run.Run.LearningRate:G3}{(run.Run.Anchor is { } anchor ? $", or add `{anchor}`" : "")}."))
        {
            Limit = severe ? run.Limits.CollapseError : run.Limits.CollapseWarning,
            Cause = "The learning rate is too high for the model, or the steps are too noisy.",
            Remedy = RemedyOf(run),
        };
    }

    /// <summary>Of all that separates answers by giving up the language.</summary>
    public static string RemedyOf(RunHistory run) =>
        $"learning_rate: {run.LowerRate}\nper_device_train_batch_size: 2\ngradient_accumulation_steps: 64 # 128 pairs a step on one device";

    /// <summary>Steps that are compared: whole windows where there are two, else the first with the newest, and both halves of a run that is over.</summary>
    private static int Window(RunHistory run, int whole) =>
        run.Steps.Count >= 2 * whole ? whole : run.Newest.Step >= run.Newest.TotalSteps ? run.Steps.Count / 2 : 1;

    /// <summary>What chance alone does not do to so few steps.</summary>
    private static double FewStepsFall(TrainingProgress step, DiagnosisLimits limits) =>
        step.Step >= step.TotalSteps ? limits.CollapseError : Math.Max(FallAtOnce, limits.CollapseError);
}
