using System.Globalization;

namespace SimPO.Cli;

/// <summary>A line for each step, where standard output is for the result.</summary>
internal sealed class StepLines(TextWriter writer) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"step {value.Step}/{value.TotalSteps}  loss {value.Loss:F4}  accuracy {value.Accuracy:P0}  margin {value.Margin:F3}  chosen "
            + $"{value.ChosenLogProbability:F3}"));
}
