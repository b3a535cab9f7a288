namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows <see cref="AlignmentMetrics"/>.</summary>
internal sealed class MetricsDisplay() : HtmlFormatterSource<AlignmentMetrics>(Html)
{
    public static string Html(AlignmentMetrics m)
    {
        HtmlTable figures = HtmlTable.With(null, "", "")
            .Row("pairs", m.Count)
            .Row("accuracy", m.Accuracy).Row("accuracy, 95 % from", m.AccuracyInterval.Lower).Row("accuracy, 95 % to", m.AccuracyInterval.Upper)
            .Row("mean margin", m.MeanMargin).Row("standard deviation of the margin", m.MarginStandardDeviation)
            .Row("mean chosen reward", m.MeanChosenReward).Row("mean rejected reward", m.MeanRejectedReward)
            .Row("log-loss", m.LogLoss).Row("calibration error", m.CalibrationError);
        if (m.LengthCorrelation is { } correlation) figures.Row("correlation of margin and length", correlation);
        HtmlTable lengths = HtmlTable.With("by length", "", "pairs", "accuracy", "mean margin");
        foreach (LengthClass own in m.LengthClasses) lengths.Row(own.Name, own.Count, own.Accuracy, own.MeanMargin);
        string byLength = m.LengthClasses.Count > 0 ? lengths.ToString() : "";
        HtmlTable calibration = HtmlTable.With("calibration of sigma(|margin|)", "from", "to", "pairs", "confidence", "accuracy");
        foreach (CalibrationBin bin in m.Calibration) calibration.Row(bin.From, bin.To, bin.Count, bin.Confidence, bin.Accuracy);
        if (m.Groups.Count == 0) return $"{figures}{byLength}{calibration}";
        HtmlTable groups = HtmlTable.With("groups", "", "pairs", "accuracy", "mean margin", "log-loss");
        foreach ((string name, AlignmentMetrics group) in m.Groups) groups.Row(name, group.Count, group.Accuracy, group.MeanMargin, group.LogLoss);
        return $"{figures}{byLength}{calibration}{groups}";
    }
}
