using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Training.Diagnosis;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>Judges a run that has been: one of this library's by its folder, one of another trainer's by its log.</summary>
internal sealed class RunDiagnoser(DiagnosisLimits limits)
{
    /// <summary>Where a log does not tell how many pairs a step has.</summary>
    private const int UsualPairs = 8;

    private const double UsualRatio = 0.5;

    /// <summary>Of what a log has lines of alone.</summary>
    private readonly List<string> _notes = [];

    /// <exception cref="FileNotFoundException">There is neither such a file nor such a folder.</exception>
    /// <exception cref="InvalidDataException">It is no run and no log of one, or damaged.</exception>
    public RunCheck Diagnose(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path)) return IsOwn(path) ? OfRun(Path.GetDirectoryName(path)!) : OfLog(path);
        if (!Directory.Exists(path)) throw new FileNotFoundException($"'{path}' does not exist. Give the folder of a run, or its log.", path);
        foreach (string folder in new[] { path, Path.GetDirectoryName(path)! })
            if (IsOwn(Path.Combine(folder, RunFolder.LogName)) && (folder == path || Path.GetFileName(path).StartsWith(RunFolders.CheckpointPrefix,
                StringComparison.Ordinal))) return OfRun(folder);
        return OfLog(ForeignLog.Find(path) ?? throw new InvalidDataException(
            $"'{path}' holds no run: it has neither '{RunFolder.LogName}' nor '{ForeignLog.StateName}'. Give the `output_dir` of a run, or its log."));
    }

    /// <summary>Whether the file is a log of this library: other trainers have some of the same name.</summary>
    private static bool IsOwn(string path)
    {
        if (Path.GetFileName(path) != RunFolder.LogName || !File.Exists(path)) return false;
        try
        {
            if (LogLines.Read(path).Select(l => l.Line).FirstOrDefault() is not { } line) return false;
            using JsonDocument json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && new[] { "elapsed_seconds", "eval_metrics", "finding" }.Any(
                name => json.RootElement.TryGetProperty(name, out _));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return false;
        }
    }

    private RunCheck OfRun(string folder)
    {
        TrainingRun run = TrainingRun.Load(folder);
        IReadOnlyDictionary<string, string> settings = RunFolderReader.NewestState(folder)?.Settings ?? new Dictionary<string, string>();
        double? Number(string name) => settings.TryGetValue(name, out string? text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
        bool isSimPO = settings.Count > 0 && !settings.ContainsKey("method") && Number(nameof(SimPOTrainer.Options.Alpha)) is null or 0;
        double? beta = limits.Beta ?? (isSimPO ? Number(nameof(ScoringOptions.Beta)) : null);
        double ratio = limits.GammaBetaRatio ?? Number(nameof(SimPOTrainer.Options.GammaBetaRatio)) ?? UsualRatio;
        int pairs = (int)(Number(nameof(PreferenceTrainerOptions.BatchSize)) ?? UsualPairs);
        double rate = Number(nameof(PreferenceTrainerOptions.LearningRate)) ?? run.Steps.Select(s => s.LearningRate).DefaultIfEmpty().Max();
        var known = new DiagnosedRun(pairs, rate)
        {
            Anchor = isSimPO ? nameof(SimPOTrainer.Options.SftWeight) : null,
            Beta = beta,
            TargetRatio = ratio,
            HasZeroGradients = settings.GetValueOrDefault(nameof(SimPOTrainer.Options.LossType)) == nameof(SimPOLossType.Hinge),
            HasTokenMeans = run.Steps.Any(s => double.IsFinite(s.ChosenLogProbability)), // a reward model has none
        };
        if (settings.Count == 0) _notes.Add("The run has no checkpoint yet, which tells its options: rules that need them were not looked at.");
        List<TrainingDiagnosis> findings =
            Replay(known, run.Steps, [.. run.Validations.Where(v => v.Figures is not null).Select(v => (v.Step, v.Figures!))]);
        findings.AddRange(run.Findings.Where(f => f.Symptom == TrainingSymptom.LengthTellsApart)); // the log does not have what it is seen by
        var configuration = new ConfigurationRules(limits);
        if (settings.Count > 0) configuration.LookAtLoss(beta, ratio);
        bool trainsAll = settings.GetValueOrDefault(nameof(PreferenceTrainerOptions.Lora), "not set") == "not set";
        if (trainsAll && ModelIn(folder) is { } model) configuration.LookAtSize(ModelDescriber.Describe(model, null, _ => { }).Parameters, rate, pairs);
        return new RunCheck(run.Steps.Count, [.. configuration.Findings, .. findings], _notes);
    }

    private static string? ModelIn(string folder) => RunFolder.CheckpointsIn(folder).Reverse()
        .Select(step => Path.Combine(folder, RunFolder.CheckpointName(step)))
        .FirstOrDefault(c => File.Exists(Path.Combine(c, ModelConfig.FileName)) && !File.Exists(Path.Combine(c, AdapterConfig.FileName)));

    private RunCheck OfLog(string path)
    {
        ForeignLog log = ForeignLog.Read(path);
        double? beta = limits.Beta ?? log.Beta;
        double rate = log.Steps.Select(s => s.LearningRate).Where(double.IsFinite).DefaultIfEmpty().Max();
        var known = new DiagnosedRun(log.PairsPerDevice ?? UsualPairs, rate)
        {
            Anchor = beta is null ? null : nameof(SimPOTrainer.Options.SftWeight),
            Beta = beta,
            TargetRatio = limits.GammaBetaRatio ?? UsualRatio,
            HasTokenMeans = (beta is not null || log.HasTokenMeans) && log.HasLogProbabilities,
            StepsPerLine = log.StepsPerLine,
        };
        if (!known.HasTokenMeans)
            _notes.Add("The log has no rewards that are one number times its log-probabilities, as SimPO's are: `collapse`, `forgetting` and `poor-separation` "
                + "were not looked at. Give beta where the run is SimPO's.");
        else if (beta is not null && limits.GammaBetaRatio is null) _notes.Add(Say($"The log does not tell gamma over beta: it is taken to be {UsualRatio}."));
        List<TrainingDiagnosis> findings = Replay(known, log.Steps, log.Evaluations);
        var configuration = new ConfigurationRules(limits);
        configuration.LookAtLoss(beta, limits.GammaBetaRatio ?? 0);
        if (MastersRule.Look(path, rate, log.Steps is [.., var newest] ? newest.Step : 0) is { } rounded) findings.Add(rounded);
        return new RunCheck(log.Steps is [.., var last] ? last.Step : 0, [.. configuration.Findings, .. findings], _notes);
    }

    private List<TrainingDiagnosis> Replay(DiagnosedRun run, IReadOnlyList<TrainingProgress> steps, List<(int Step, EvaluationFigures Figures)> evaluations)
    {
        var diagnosis = new RunDiagnosis(run, limits);
        List<TrainingDiagnosis> findings = [];
        int next = 0;
        void EvaluateUpTo(int step)
        {
            for (; next < evaluations.Count && evaluations[next].Step <= step; next++)
                findings.AddRange(diagnosis.Observe(evaluations[next].Step, evaluations[next].Figures));
        }

        foreach (TrainingProgress step in steps)
        {
            EvaluateUpTo(step.Step - 1);
            findings.AddRange(diagnosis.Observe(step));
            EvaluateUpTo(step.Step);
        }
        EvaluateUpTo(int.MaxValue);
        if (steps is not [.., var last]) return findings;
        if (last.Step + run.StepsPerLine > last.TotalSteps) findings.AddRange(diagnosis.End());
        else _notes.Add(Say($"The log ends after step {last.Step} of {last.TotalSteps}: what only the end of a run shows was not looked at."));
        return findings;
    }

    /// <summary>What the options of a run that has not begun show.</summary>
    /// <param name="deviceBytes">Memory of where it would run; null where that is not known.</param>
    public RunCheck Diagnose(PreferenceTrainerOptions options, ModelDescription model, bool isOnCpu, long? deviceBytes)
    {
        var rules = new ConfigurationRules(limits);
        rules.LookAtLoss(options.TargetRatio is null ? null : options.Beta, options.TargetRatio ?? 0);
        if (options.Lora is null && options.AdapterPath is null) rules.LookAtSize(model.Parameters, options.LearningRate, options.BatchSize);
        if (options.TargetRatio is not null && options.ApplyChatTemplate)
            rules.LookAtModel(options.ModelPath, options.ChatTemplate is not null || ChatTemplate.Load(options.ModelPath) is not null, model.Parameters);
        ModelMemory memory = isOnCpu ? model.OnCpu : model.OnCuda;
        if (deviceBytes is { } there) rules.LookAtMemory(options.Lora is null ? memory.BytesToTrain : memory.BytesToTrainAdapter, there);
        else _notes.Add("How much memory the device has is not known here: it was not looked at.");
        return new RunCheck(0, rules.Findings, _notes);
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
