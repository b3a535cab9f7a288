using Microsoft.ML.SimPO;

namespace QuickStart;

/// <summary>One line that is written over on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class ConsoleProgress : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly bool _overwrite = !Console.IsOutputRedirected;
    private TimeSpan _last = TimeSpan.MinValue;

    public void Report(TrainingProgress value)
    {
        bool isLast = value.Step == value.TotalSteps;
        if (!_overwrite && !isLast && _last != TimeSpan.MinValue && value.Elapsed - _last < Interval) return;
        _last = value.Elapsed;
        string line =
            FormattableString.Invariant($"  step {value.Step,3}/{value.TotalSteps}  loss {value.Loss:F4}  margin {value.Margin,7:F3}  ")
            + FormattableString.Invariant($"accuracy {value.Accuracy,4:P0}  {value.TokensPerSecond,6:F0} tokens/s  {value.Remaining.TotalSeconds,4:F0} s left");
        if (_overwrite) Console.Write("\r" + line + (isLast ? Environment.NewLine : ""));
        else Console.WriteLine(line);
    }
}
