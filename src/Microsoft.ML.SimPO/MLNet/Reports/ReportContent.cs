using System.Globalization;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>What a report says of a run, in numbers of five digits, whatever form it is shown in.</summary>
internal sealed class ReportContent
{
    private ReportContent(string name, TrainingRun run, TrainingState? state, RunCheck check)
    {
        (Name, Check) = (name, check);
        (IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> cutting) =
            (state?.Settings ?? new Dictionary<string, string>(), state?.Cutting ?? new Dictionary<string, string>());
        bool IsHash(string key) => key.StartsWith("SHA-256", StringComparison.Ordinal) || key.StartsWith("sample of", StringComparison.Ordinal);
        Options = [.. settings.Where(s => !IsHash(s.Key)).Concat(cutting).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))];
        Manifest = [.. MadeOf(run, state), .. settings.Where(s => IsHash(s.Key)).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value))];
        Data = [.. Counts("training", run.TrainingData), .. Counts("validation", run.ValidationData)];
        Figures = [.. FiguresOf(run)];
        Validations = [.. run.Validations.Select(v => (v.Step, Rounded(v.Loss), Rounded(v.Metrics.Accuracy), Rounded(v.Metrics.AccuracyInterval.Lower),
            Rounded(v.Metrics.AccuracyInterval.Upper), Rounded(v.Metrics.MeanMargin), Rounded(v.Figures?.ChosenLogProbability ?? double.NaN)))];
        (Answers, WorstPairs) = ([.. AnswersOf(run.Validations)], run.Validations is [.., var newest] ? newest.WorstPairs : []);
        Series = [.. SeriesOf(run.Steps)];
        Target = Number(settings, nameof(ScoringOptions.Beta)) is { } beta && Number(settings, nameof(SimPOTrainer.Options.GammaBetaRatio)) is { } ratio
            ? Rounded(beta * ratio) : null;
    }

    public string Name { get; }

    public RunCheck Check { get; }

    /// <summary>Whether the run is lost, may be, or is well.</summary>
    public string Verdict => Check.Findings.Any(f => f.IsSevere) ? "lost" : Check.IsWell ? "well" : "doubtful";

    public IReadOnlyList<(string Name, string Value)> Options { get; }

    public IReadOnlyList<(string Name, string Value)> Manifest { get; }

    public IReadOnlyList<(string Of, string What, long Count)> Data { get; }

    public IReadOnlyList<(string Name, double Value)> Figures { get; }

    public IReadOnlyList<(int Step, double Loss, double Accuracy, double From, double To, double Margin, double Chosen)> Validations { get; }

    /// <summary>What the model wrote before and in the end to the same prompts.</summary>
    public IReadOnlyList<(string Prompt, string Before, string After)> Answers { get; }

    /// <summary>Those of the end.</summary>
    public IReadOnlyList<JudgedPair> WorstPairs { get; }

    /// <summary>The recipe that the run was made of, as far as its folder has it.</summary>
    public IReadOnlyList<(string Key, string Value, string Origin, string Note)> Recipe { get; private init; } = [];

    public IReadOnlyList<ReportSeries> Series { get; }

    /// <summary>gamma, in units of the margin; null where the run is no SimPO's.</summary>
    public double? Target { get; }

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no run, or a line of its log is damaged.</exception>
    public static ReportContent Of(string folder, DiagnosisLimits limits) => new(
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), TrainingRun.Load(folder), RunFolderReader.NewestState(folder),
        new RunDiagnoser(limits).Diagnose(folder)) { Recipe = RecipeSettingsFile.Read(folder) };

    /// <summary>To five digits, so that a number is the same in every form.</summary>
    public static double Rounded(double number) =>
        double.IsFinite(number) ? double.Parse(number.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : number;

    /// <summary>The number in every form; nothing for one that is not finite.</summary>
    public static string Text(double number) => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";

    /// <summary>The first and the last that were written, where there are two.</summary>
    private static IEnumerable<(string, string, string)> AnswersOf(IReadOnlyList<ValidationResult> validations)
    {
        ValidationResult[] written = [.. validations.Where(v => v.SampleAnswers.Count > 0)];
        if (written.Length < 2) return [];
        return written[0].SampleAnswers.Zip(written[^1].SampleAnswers).Where(a => a.First.Prompt == a.Second.Prompt)
            .Select(a => (a.First.Prompt, a.First.Answer, a.Second.Answer));
    }

    private static double? Number(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.TryGetValue(name, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number : null;

    private static IEnumerable<(string, string)> MadeOf(TrainingRun run, TrainingState? state)
    {
        yield return ("library", typeof(ReportContent).Assembly.GetName().Version?.ToString(3) ?? "");
        yield return (".NET", Environment.Version.ToString());
        if (run.StartedAt is { } started) yield return ("started", started.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        yield return ("seconds", Text(Rounded(run.Elapsed.TotalSeconds)));
        if (run.Seed is { } seed) yield return ("seed", seed.ToString(CultureInfo.InvariantCulture));
        if (state is null) yield break;
        yield return ("threads", state.Threads.ToString(CultureInfo.InvariantCulture));
        yield return ("matrix products", MatrixProducts.NameOf(state.MatrixProducts));
    }

    private static IEnumerable<(string, string, long)> Counts(string of, PairCounts? counts) => counts is null ? [] :
    [
        (of, "used", counts.Used), (of, "left out: an answer alone is too long", counts.DroppedLong), (of, "left out: an answer is empty", counts.DroppedEmpty),
        (of, "with a prompt that was cut", counts.CutPrompts), (of, "with an answer that was cut", counts.CutAnswers),
        (of, "with equal answers", counts.EqualAnswers),
    ];

    private static IEnumerable<(string, double)> FiguresOf(TrainingRun run)
    {
        yield return ("steps", run.Steps.Count);
        if (run.Steps is not [.., var last]) yield break;
        yield return ("steps of the whole run", last.TotalSteps);
        yield return ("loss", Rounded(last.Loss));
        yield return ("accuracy", Rounded(last.Accuracy));
        yield return ("margin", Rounded(last.Margin));
        yield return ("chosen log-probability", Rounded(last.ChosenLogProbability));
        yield return ("rejected log-probability", Rounded(last.RejectedLogProbability));
        yield return ("tokens", run.Steps.Sum(s => (long)s.Tokens));
        yield return ("tokens a second", Rounded(run.Steps.Average(s => s.TokensPerSecond)));
    }

    private static IEnumerable<ReportSeries> SeriesOf(IReadOnlyList<TrainingProgress> steps) =>
    [
        ReportSeries.Of("loss", steps, s => s.Loss), ReportSeries.Of("rewards/margins", steps, s => s.Margin),
        ReportSeries.Of("rewards/accuracies", steps, s => s.Accuracy), ReportSeries.Of("logps/chosen", steps, s => s.ChosenLogProbability),
        ReportSeries.Of("logps/rejected", steps, s => s.RejectedLogProbability), ReportSeries.Of("grad_norm", steps, s => s.GradientNorm),
        ReportSeries.Of("learning_rate", steps, s => s.LearningRate), ReportSeries.Of("tokens_per_second", steps, s => s.TokensPerSecond),
    ];
}
