namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="SweepResult"/>.</summary>
internal sealed class SweepDisplay() : HtmlFormatterSource<SweepResult>(Html)
{
    public static string Html(SweepResult sweep)
    {
        string[] names = [.. sweep.Trials[0].TrialSettings.Parameter.Keys];
        HtmlTable table = HtmlTable.With($"best: trial {sweep.BestTrial.TrialSettings.TrialId} of {sweep.Trials.Count}",
            ["trial", "epochs", .. names, "accuracy", "mean margin", "log-loss", "seconds", "status"]);
        foreach (AlignmentTrialResult t in SweepTable.Ranked(sweep.Trials, sweep.BestTrial))
        {
            table.Row([
                t.TrialSettings.TrialId, t.TrialSettings.Options.Epochs, .. names.Select(n => t.TrialSettings.Parameter[n]),
                t.Metrics?.Accuracy, t.Metrics?.MeanMargin, t.Metrics?.LogLoss, t.DurationInMilliseconds / 1000, t.Message ?? t.Status.ToString()]);
        }
        return table.ToString();
    }
}
