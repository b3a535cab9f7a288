using System.Globalization;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Progress for people: a bar that stands still on a terminal, some lines elsewhere, and what each evaluation came to.</summary>
/// <param name="writer">Where it is written.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
internal sealed class ConsoleProgress(TextWriter writer, bool isTerminal) : IProgress<TrainingProgress>, IProgress<ValidationResult>
{
    private const int Width = 24, Lines = 20;

    private int _longest;
    private bool _isInLine;

    public void Report(TrainingProgress value)
    {
        bool isLast = value.Step >= value.TotalSteps;
        string figures = string.Create(
            CultureInfo.InvariantCulture,
            $"loss {value.Loss:F4}  accuracy {100 * value.Accuracy:F0} %  margin {value.Margin:F3}  {Left(value.Remaining)}");
        if (!isTerminal)
        {
            int every = Math.Max(1, value.TotalSteps / Lines);
            if (value.Step == 1 || isLast || value.Step % every == 0)
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {value.Step}/{value.TotalSteps}  {figures}"));
            return;
        }
        int full = (int)((long)Width * value.Step / Math.Max(1, value.TotalSteps));
        string line = string.Create(
            CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('.', Width - full)}] {value.Step}/{value.TotalSteps}  {figures}");
        writer.Write('\r' + line.PadRight(_longest)); // over what the line before left
        _longest = Math.Max(_longest, line.Length);
        if (isLast) writer.WriteLine();
        _isInLine = !isLast;
    }

    public void Report(ValidationResult value)
    {
        if (_isInLine) writer.WriteLine(); // the bar goes on below
        _isInLine = false;
        string pairs = value.Metrics.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"  accuracy {100 * value.Metrics.Accuracy:F0} %  margin {value.Metrics.MeanMargin:F3}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"evaluation after step {value.Step}  loss {value.Loss:F4}{pairs}"));
        foreach (SampleAnswer sample in value.SampleAnswers) writer.WriteLine($"  {sample.Prompt} -> {sample.Answer}".ReplaceLineEndings(" "));
    }

    private static string Left(TimeSpan time) => time switch
    {
        { TotalSeconds: < 100 } => FormattableString.Invariant($"{time.TotalSeconds:F0} s left"),
        { TotalMinutes: < 100 } => FormattableString.Invariant($"{time.TotalMinutes:F0} min left"),
        _ => FormattableString.Invariant($"{time.TotalHours:F1} h left"),
    };
}
