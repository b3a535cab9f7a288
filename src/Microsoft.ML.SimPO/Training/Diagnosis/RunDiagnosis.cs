namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>
/// Watches what loss and accuracy hide: both look perfect while a too high learning rate destroys the model. Log-probabilities of batches differ by
/// chance, so means over windows of some 64 pairs are compared, and a fall counts only beyond three standard errors.
/// </summary>
/// <param name="pairsPerStep">Pairs in a step.</param>
/// <param name="learningRate">The highest of the run, for messages.</param>
/// <param name="anchor">The option that holds chosen answers where they are, for messages; null where the method has none.</param>
internal sealed class RunDiagnosis(int pairsPerStep, double learningRate, string? anchor = null)
{
    private const double Fall = 0.3, SevereFall = 1.0, FallAtOnce = 2.0, VanishedShare = 1e-3, StandardErrors = 3;
    private const int WindowPairs = 64, FewestGradients = 3;

    private readonly int _window = Math.Max(1, (WindowPairs + pairsPerStep - 1) / pairsPerStep);
    private readonly List<TrainingProgress> _steps = [];

    /// <summary>Of the steps that had chosen answers: one of single answers may have none.</summary>
    private readonly List<double> _chosen = [];

    private bool _fell, _fellSeverely, _vanished;

    /// <summary>What the newest step shows; each finding once.</summary>
    public IReadOnlyList<TrainingDiagnosis> Observe(TrainingProgress step)
    {
        _steps.Add(step);
        return [.. new[] { Chosen(step), Gradient(step) }.OfType<TrainingDiagnosis>()];
    }

    private TrainingDiagnosis? Chosen(TrainingProgress step)
    {
        if (double.IsNaN(step.ChosenLogProbability)) return null;
        _chosen.Add(step.ChosenLogProbability);
        if (_fellSeverely || _chosen.Count < 2) return null;
        int window = Window(step);
        double[] start = [.. _chosen.Take(window)], recent = [.. _chosen.TakeLast(window)];
        double fall = start.Average() - recent.Average();
        if (window < _window && fall <= FewStepsFall(step)) return null;
        if (fall <= Fall || fall <= StandardErrors * Math.Sqrt((Variance(start) + Variance(recent)) / window)) return null;
        bool severe = fall > SevereFall;
        if (_fell && !severe) return null;
        (_fell, _fellSeverely) = (true, severe);
        string verdict = severe ? "the model has lost its language" : "the model is losing its language";
        return new TrainingDiagnosis(step.Step, TrainingSymptom.ChosenLogProbabilityFell, severe, fall, Say(
            $"After step {step.Step} the chosen answers' log-probability has fallen by {fall:F2} nats a token, from {start.Average():F2} to ")
            + Say($"{recent.Average():F2}{Accuracy(", while", step)}: {verdict}. ")
            + Say($"Use a lower `LearningRate` than {learningRate:G3}{(anchor is null ? "" : $", or add `{anchor}`")}."));
    }

    /// <summary>Steps that are compared: whole windows where there are two, else the first with the newest, and both halves of a run that is over.</summary>
    private int Window(TrainingProgress step) =>
        _chosen.Count >= 2 * _window ? _window : step.Step >= step.TotalSteps ? _chosen.Count / 2 : 1;

    /// <summary>What chance alone does not do to so few steps.</summary>
    private static double FewStepsFall(TrainingProgress step) => step.Step >= step.TotalSteps ? SevereFall : FallAtOnce;

    private TrainingDiagnosis? Gradient(TrainingProgress step)
    {
        int window = Math.Max(_window, FewestGradients);
        if (_vanished || _steps.Count < 2 * FewestGradients || _steps.Count <= window) return null;
        double start = _steps.Take(FewestGradients).Select(s => s.GradientNorm).Order().ElementAt(FewestGradients / 2);
        double largest = _steps.TakeLast(window).Max(s => s.GradientNorm);
        if (!(largest < VanishedShare * start)) return null;
        _vanished = true;
        return new TrainingDiagnosis(step.Step, TrainingSymptom.GradientVanished, false, largest / start, Say(
            $"After step {step.Step} the gradient norm has stayed below {largest:G2} for {window} steps, where it began with {start:G3}: ")
            + Say($"nothing is learned any more{Accuracy(", though", step)}. ")
            + (double.IsNaN(step.Accuracy) ? "Use" : "Every margin is far beyond its target; use")
            + Say($" a lower `LearningRate` than {learningRate:G3}, fewer `Epochs`, or check that the answers differ."));
    }

    /// <summary>Nothing where single answers are trained on.</summary>
    private static string Accuracy(string conjunction, TrainingProgress step) =>
        double.IsNaN(step.Accuracy) ? "" : Say($"{conjunction} the accuracy reads {step.Accuracy:P0}");

    private static double Variance(double[] values)
    {
        if (values.Length < 2) return 0;
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
