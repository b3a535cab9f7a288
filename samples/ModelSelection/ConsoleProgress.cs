using System.Globalization;
using Microsoft.ML.SimPO;

namespace ModelSelection;

/// <summary>A line for every trial.</summary>
internal sealed class ConsoleProgress : IProgress<AlignmentTrialResult>
{
    public void Report(AlignmentTrialResult value)
    {
        AlignmentTrialSettings settings = value.TrialSettings;
        string values = string.Join("  ", settings.Parameter.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value:G3}")));
        string outcome = value.Metrics is { } metrics ? $"accuracy {metrics.Accuracy:P1}" : $"{value.Status}: {value.Message}";
        Console.WriteLine(
            $"trial {settings.TrialId,2}  {settings.Options.Epochs:G3} epochs  {values}  {outcome}  {value.DurationInMilliseconds / 1000:F1} s");
    }
}
