using System.Globalization;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>What a run has done so far, and what is known of it.</summary>
internal sealed class RunHistory(DiagnosedRun run, DiagnosisLimits limits)
{
    /// <summary>Steps whose mean is taken where one of them alone says nothing.</summary>
    public const int MeanSteps = 8;

    public DiagnosedRun Run => run;

    public DiagnosisLimits Limits => limits;

    /// <summary>Every step, or every line of a log that has one for several.</summary>
    public List<TrainingProgress> Steps { get; } = [];

    public List<(int Step, EvaluationFigures Figures)> Evaluations { get; } = [];

    public TrainingProgress Newest => Steps[^1];

    /// <summary>Lines of the log that make so many steps; at least one.</summary>
    public int Lines(int steps) => Math.Max(1, steps / run.StepsPerLine);

    /// <summary>The mean over the newest steps; null where there are fewer, or one has no such number.</summary>
    public double? Mean(Func<TrainingProgress, double> of)
    {
        int lines = Lines(MeanSteps);
        if (Steps.Count < lines) return null;
        double mean = Steps.TakeLast(lines).Average(of);
        return double.IsNaN(mean) ? null : mean;
    }

    /// <summary>Where the end of a run is judged: one of a few steps had no chance.</summary>
    public bool IsJudgedAtEnd => Steps.Count >= 2 * Lines(MeanSteps);

    /// <summary>A rate that is a third of the highest, with two digits.</summary>
    public string LowerRate => Rate(run.LearningRate / 3);

    public static string Rate(double rate)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(rate)) - 1);
        return (Math.Round(rate / unit) * unit).ToString("0.#e-0", CultureInfo.InvariantCulture);
    }

    /// <summary>Nothing where single answers are trained on.</summary>
    public static string Accuracy(string conjunction, TrainingProgress step) =>
        double.IsNaN(step.Accuracy) ? "" : Say($"{conjunction} the accuracy reads {step.Accuracy:P0}");

    public static string Say(FormattableString text) => FormattableString.Invariant(text);
}
