using System.Globalization;
using System.Text;
using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>A comparison as tables.</summary>
internal static class ComparisonTable
{
    /// <summary>A figure that a method does not have, as an accuracy where there are no pairs.</summary>
    private const string Dash = "-";

    public static DataFrame ToDataFrame(MethodComparison comparison)
    {
        IReadOnlyList<ComparedMethod> methods = comparison.Methods;
        var frame = new DataFrame(
            new StringDataFrameColumn("Method", methods.Select(m => m.Name)), new Int32DataFrameColumn("Steps", methods.Select(m => m.Steps)));
        Add("LossBefore", m => m.LossBefore);
        Add("Loss", m => m.Loss);
        Add("Accuracy", m => m.Metrics.Accuracy);
        Add("AccuracyFrom", m => m.Metrics.AccuracyInterval.Lower);
        Add("AccuracyTo", m => m.Metrics.AccuracyInterval.Upper);
        Add("MeanMargin", m => m.Metrics.MeanMargin);
        Add("ChosenLogProbability", m => m.ChosenLogProbability);
        Add("ChosenLogProbabilityChange", m => m.ChosenLogProbabilityChange);
        Add("KlFromStart", m => m.KlFromStart);
        Add("AnswerTokensBefore", _ => comparison.AnswerTokensBefore);
        Add("AnswerTokens", m => m.AnswerTokens);
        Add("Judgement", m => m.Judgement);
        Add("Seconds", m => m.DurationInMilliseconds / 1000);
        Add("MemoryInMegaByte", m => m.MemoryInMegaByte);
        frame.Columns.Add(new Int32DataFrameColumn("Findings", methods.Select(m => m.Findings.Count)));
        return frame;

        void Add(string name, Func<ComparedMethod, double?> figure) =>
            frame.Columns.Add(new DoubleDataFrameColumn(name, methods.Select(m => figure(m) is { } value && double.IsFinite(value) ? value : (double?)null)));
    }

    public static string ToText(MethodComparison comparison)
    {
        StringBuilder text = TextTable.Of([Header(comparison), .. comparison.Methods.Select(m => Row(comparison, m))], left: 0);
        foreach (ComparedMethod method in comparison.Methods)
        {
            foreach (TrainingDiagnosis finding in method.Findings) text.AppendLine(CultureInfo.InvariantCulture, $"{method.Name}: {finding.Message}");
        }
        return text.ToString();
    }

    /// <summary>The columns of a table to look at: those of figures that were asked for.</summary>
    public static string[] Header(MethodComparison comparison) =>
    [
        "method", "loss", "accuracy", "interval", "margin", "chosen logp", "change", "KL",
        .. comparison.AnswerTokensBefore is { } before ? [$"answer tokens ({Figure(before, "F1")} before)"] : Array.Empty<string>(),
        .. comparison.Methods.Any(m => m.Judgement is not null) ? ["judge"] : Array.Empty<string>(),
        "seconds", "MB", "findings",
    ];

    public static string[] Row(MethodComparison comparison, ComparedMethod m) =>
    [
        m.Name, Figure(m.Loss, "F4"), Figure(m.Metrics.Accuracy, "P1"),
        double.IsNaN(m.Metrics.AccuracyInterval.Lower)
            ? Dash : $"{Figure(100 * m.Metrics.AccuracyInterval.Lower, "F1")} to {Figure(100 * m.Metrics.AccuracyInterval.Upper, "F1")}",
        Figure(m.Metrics.MeanMargin, "F3"), Figure(m.ChosenLogProbability, "F3"), Figure(m.ChosenLogProbabilityChange, "+0.000;-0.000"),
        Figure(m.KlFromStart, "F4"),
        .. comparison.AnswerTokensBefore is null ? Array.Empty<string>() : [Figure(m.AnswerTokens, "F1")],
        .. comparison.Methods.Any(other => other.Judgement is not null) ? [Figure(m.Judgement, "F3")] : Array.Empty<string>(),
        Figure(m.DurationInMilliseconds / 1000, "F1"), Figure(m.MemoryInMegaByte, "F0"), m.Findings.Count.ToString(CultureInfo.InvariantCulture),
    ];

    private static string Figure(double? value, string format) =>
        value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : Dash;
}
