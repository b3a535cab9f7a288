using System.Globalization;

namespace SimPO.Cli;

/// <summary>
/// A run while it goes on, on standard error: on a terminal some lines that are written over, elsewhere some twenty lines over the run with the same figures.
/// </summary>
/// <param name="writer">Standard error.</param>
/// <param name="isTerminal">Whether lines can be written over.</param>
/// <param name="isColored">Whether what goes well and what does not have colors.</param>
/// <param name="target">The margin that is aimed at; null where the method has none.</param>
internal sealed class LiveView(TextWriter writer, bool isTerminal, bool isColored, double? target) : IProgress<TrainingProgress>
{
    private const int Width = 24, Lines = 20;

    private const string Up = "\e[3A", Clear = "\e[2K", Green = "\e[32m", Red = "\e[31m", Plain = "\e[0m";

    private double? _firstChosen;
    private bool _isBegun;

    /// <summary>The view that the terminal and the variables <c>NO_COLOR</c>, <c>FORCE_COLOR</c> and <c>TERM</c> ask for.</summary>
    public static LiveView For(AlignmentRecipe recipe, TextWriter error)
    {
        bool isForced = IsSet("FORCE_COLOR");
        bool isTerminal = isForced || (!Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb");
        double? target = recipe.Options is SimPOTrainer.Options simpo ? simpo.Beta * simpo.GammaBetaRatio : null;
        return new LiveView(error, isTerminal, isTerminal && !IsSet("NO_COLOR"), target);
    }

    public void Report(TrainingProgress value)
    {
        bool isLast = value.Step >= value.TotalSteps;
        _firstChosen ??= double.IsFinite(value.ChosenLogProbability) ? value.ChosenLogProbability : null;
        if (isTerminal) WriteOver(value);
        else if (value.Step == 1 || isLast || value.Step % Math.Max(1, value.TotalSteps / Lines) == 0)
            writer.WriteLine($"step {value.Step}/{value.TotalSteps}  {First(value)}  {Second(value)}  {Third(value)}");
        writer.Flush();
    }

    private void WriteOver(TrainingProgress value)
    {
        if (_isBegun) writer.Write(Up);
        _isBegun = true;
        int full = (int)((long)Width * value.Step / Math.Max(1, value.TotalSteps));
        writer.WriteLine($"{Clear}[{new string('#', full)}{new string('.', Width - full)}] {value.Step}/{value.TotalSteps}  {First(value)}");
        writer.WriteLine($"{Clear}{Second(value)}");
        writer.WriteLine($"{Clear}{Third(value)}");
    }

    private string First(TrainingProgress value)
    {
        string aim = target is { } gamma ? Say($" of {gamma:F2}") : "";
        string margin = Colored(Say($"{value.Margin:F3}"), target is { } wanted && value.Margin >= wanted ? Green : null);
        return Say($"loss {value.Loss:F4}  accuracy {100 * value.Accuracy:F0} %  margin ") + margin + aim;
    }

    /// <summary>A chosen answer that becomes a third of a nat a token less likely is what loss and accuracy do not show.</summary>
    private string Second(TrainingProgress value)
    {
        bool fell = _firstChosen is { } first && value.ChosenLogProbability < first - 0.3;
        string chosen = Colored(Say($"{value.ChosenLogProbability:F3}"), fell ? Red : null);
        return $"log-probabilities: chosen {chosen}" + Say($", rejected {value.RejectedLogProbability:F3}  grad norm {value.GradientNorm:G3}");
    }

    private static string Third(TrainingProgress value) => Say(
        $"rate {value.LearningRate:G3}  {value.TokensPerSecond:N0} tokens/s  {Environment.WorkingSet / 1e9:F2} GB  {Left(value.Remaining)}");

    private string Colored(string text, string? color) => isColored && color is not null ? color + text + Plain : text;

    private static string Left(TimeSpan time) => time switch
    {
        { TotalSeconds: < 100 } => Say($"{time.TotalSeconds:F0} s left"),
        { TotalMinutes: < 100 } => Say($"{time.TotalMinutes:F0} min left"),
        _ => Say($"{time.TotalHours:F1} h left"),
    };

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
