using System.Globalization;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What a run says in the log.</summary>
/// <param name="every">Steps between two lines about them.</param>
internal sealed class RunReport(ITrainingLog log, int every) : ITrainingObserver
{
    public void OnStep(TrainingProgress step)
    {
        if (step.Step == 1 || step.Step == step.TotalSteps || step.Step % every == 0) Say(step);
    }

    private void Say(TrainingProgress step) => log.Info(Say(
        $"step {step.Step}/{step.TotalSteps} epoch {step.Epoch:F2} loss {step.Loss:F4} ")
        + Say($"grad_norm {step.GradientNorm:G4} learning_rate {step.LearningRate:G3} ")
        + Figure("rewards/chosen", step.ChosenReward, "F4") + Figure("rewards/rejected", step.RejectedReward, "F4")
        + Figure("rewards/accuracies", step.Accuracy, "F3") + Figure("rewards/margins", step.Margin, "F4")
        + Figure(TrainingLogLine.Mean("logps/chosen", step.MethodMetrics), step.ChosenLogProbability, "F4")
        + Figure(TrainingLogLine.Mean("logps/rejected", step.MethodMetrics), step.RejectedLogProbability, "F4")
        + string.Concat(step.MethodMetrics.Select(m => Figure(m.Key, m.Value, "F4")))
        + Say($"tokens_per_second {step.TokensPerSecond:F0}"));

    /// <summary>A severe finding is an error of the log; the run goes on.</summary>
    public void OnFinding(TrainingDiagnosis finding)
    {
        if (finding.IsSevere) log.Error(finding.Message);
        else log.Warning(finding.Message);
    }

    public void OnValidation(ValidationResult validation)
    {
        AlignmentMetrics metrics = validation.Metrics;
        string own = string.Concat(validation.MethodMetrics.Select(m => Say($" eval_{m.Key} {m.Value:F4}")));
        string pairs = metrics.Count == 0 ? "" : Say($" accuracy {metrics.Accuracy:P1} mean margin {metrics.MeanMargin:F4} of {metrics.Count} pairs");
        log.Info(Say($"validation after step {validation.Step}: eval_loss {validation.Loss:F4}") + own + pairs);
    }

    public void Resumed(string checkpoint, TrainingState state, int threads, MatrixLibrary products, IEnumerable<string> cutting)
    {
        log.Info(Say($"The run goes on from '{checkpoint}' after step {state.Step} of {state.TotalSteps}."));
        List<string> differences = [.. cutting];
        if (threads != state.Threads) differences.Add(Say($"libtorch had {state.Threads} threads there and has {threads} now."));
        if (products != state.MatrixProducts)
            differences.Add($"{MatrixProducts.NameOf(state.MatrixProducts)} multiplied large matrices there, and {MatrixProducts.NameOf(products)} does now.");
        if (differences.Count == 0) return;
        log.Warning($"{string.Join(' ', differences)} The result will differ in its last digits from that of a run that was not interrupted.");
    }

    public void StoppedEarly(int step, BestModel best) => log.Info(
        Say($"Stopped after step {step}: {best.Worse} evaluations in a row without an {best.Metric.LogName()} ")
        + Say($"{(best.Metric.IsHigherBetter() ? "above" : "below")} {best.Value:F4}, which was after step {best.Step ?? 0}."));

    public void StoppedFor(TrainingDiagnosis finding, int step) => log.Info(Say(
        $"Stopped after step {step}: the diagnosis found an error (`{finding.Rule}`), and `StopOnError` is set."));

    /// <param name="saved">The step of the newest checkpoint; null for none.</param>
    /// <param name="folder">The run's; null where nothing is written.</param>
    public void Cancelled(int step, int total, int? saved, string? folder) => log.Warning(Say($"Cancelled after step {step} of {total}. ") + (
        saved is { } last ? Say($"The newest checkpoint is that of step {last}: set `ResumeFrom` to Auto to go on from it.")
        : folder is not null ? "There is no checkpoint to go on from: set `SaveSteps`, or `SaveOnCancel`."
        : "Nothing was kept: set `OutputPath` and `SaveOnCancel` to be able to go on."));

    public void Done(int steps, TimeSpan elapsed) => log.Info(Say($"{steps} steps in {elapsed.TotalSeconds:F1} s."));

    public void Restored(int step, BestModel best) => log.Info(Say(
        $"The model is that after step {step}, with the {(best.Metric.IsHigherBetter() ? "highest" : "lowest")} {best.Metric.LogName()}, {best.Value:F4}."));

    /// <summary>Nothing where it is not a number: no answer has it.</summary>
    private static string Figure(string name, double value, string format) =>
        double.IsNaN(value) ? "" : $"{name} {value.ToString(format, CultureInfo.InvariantCulture)} ";

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
