using System.Globalization;
using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>The trials of a sweep as tables.</summary>
internal static class SweepTable
{
    public static DataFrame ToDataFrame(IReadOnlyList<AlignmentTrialResult> trials)
    {
        var frame = new DataFrame(
            new Int32DataFrameColumn("Trial", trials.Select(t => t.TrialSettings.TrialId)),
            new Int32DataFrameColumn("Rung", trials.Select(t => t.TrialSettings.Rung)),
            new DoubleDataFrameColumn("Epochs", trials.Select(t => t.TrialSettings.Options.Epochs)));
        foreach (string name in trials[0].TrialSettings.Parameter.Keys.Where(n => n != "Epochs")) frame.Columns.Add(Values(name, trials));
        frame.Columns.Add(new StringDataFrameColumn("Status", trials.Select(t => t.Status.ToString())));
        Add("Metric", t => double.IsNaN(t.Metric) ? null : t.Metric);
        Add("Accuracy", t => t.Metrics?.Accuracy);
        Add("MeanMargin", t => t.Metrics?.MeanMargin);
        Add("LogLoss", t => t.Metrics?.LogLoss);
        Add("ChosenLogProbability", t => t.ChosenLogProbability);
        Add("Seconds", t => t.DurationInMilliseconds / 1000);
        Add("MemoryInMegaByte", t => t.MemoryInMegaByte);
        return frame;

        void Add(string name, Func<AlignmentTrialResult, double?> figure) => frame.Columns.Add(new DoubleDataFrameColumn(name, trials.Select(figure)));
    }

    /// <summary>The best trial first, then the others from the best on; those that did not complete at the end.</summary>
    public static string ToText(IReadOnlyList<AlignmentTrialResult> trials, AlignmentTrialResult best)
    {
        string[] names = [.. trials[0].TrialSettings.Parameter.Keys];
        List<string[]> rows = [["trial", "epochs", .. names, "accuracy", "margin", "log-loss", "chosen logp", "seconds", ""]];
        foreach (AlignmentTrialResult t in Ranked(trials, best))
        {
            rows.Add([
                t.TrialSettings.TrialId.ToString(CultureInfo.InvariantCulture), Short(t.TrialSettings.Options.Epochs),
                .. names.Select(n => Short(t.TrialSettings.Parameter[n])),
                Figure(t.Metrics?.Accuracy, "P1"), Figure(t.Metrics?.MeanMargin, "F3"), Figure(t.Metrics?.LogLoss, "F4"),
                Figure(t.ChosenLogProbability, "F3"),
                Figure(t.DurationInMilliseconds / 1000, "F1"), t.TrialSettings.TrialId == best.TrialSettings.TrialId ? "best"
                    : t.Status == AlignmentTrialStatus.Completed ? "" : $"{t.Status}: {t.Message}"]);
        }
        return TextTable.Of(rows, left: rows[0].Length - 1).ToString();
    }

    public static IEnumerable<AlignmentTrialResult> Ranked(IReadOnlyList<AlignmentTrialResult> trials, AlignmentTrialResult best) =>
        trials.OrderBy(t => t.TrialSettings.TrialId == best.TrialSettings.TrialId ? 0 : 1)
            .ThenBy(t => t.Loss).ThenByDescending(t => t.ChosenLogProbability);

    public static string Short(object value) => value switch
    {
        double number => number.ToString("G4", CultureInfo.InvariantCulture),
        float number => number.ToString("G4", CultureInfo.InvariantCulture),
        _ => SweepParameter.Text(value),
    };

    private static string Figure(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static DataFrameColumn Values(string name, IReadOnlyList<AlignmentTrialResult> trials)
    {
        IEnumerable<object> values = trials.Select(t => t.TrialSettings.Parameter[name]);
        return values.All(v => v is float or double or int)
            ? new DoubleDataFrameColumn(name, values.Select(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)))
            : new StringDataFrameColumn(name, values.Select(SweepParameter.Text));
    }
}
