using Microsoft.ML.SimPO;

namespace ModelSelection;

/// <summary>A line for every trial.</summary>
internal sealed class ConsoleProgress : IProgress<TrialResult>
{
    public void Report(TrialResult value)
    {
        TrialSettings settings = value.TrialSettings;
        string outcome = value.Metrics is { } metrics ? $"accuracy {metrics.Accuracy:P1}" : $"{value.Status}: {value.Message}";
        Console.WriteLine($"trial {settings.TrialId + 1,2}  {settings.Options.Epochs:G3} epochs  lr {settings.Options.LearningRate:G3}  beta {settings.Options.Beta:F2}  gamma/beta {settings.Options.GammaBetaRatio:F2}  {outcome}  {value.DurationInMilliseconds / 1000:F1} s");
    }
}
