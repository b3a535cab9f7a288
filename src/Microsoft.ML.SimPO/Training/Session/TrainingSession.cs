using System.Diagnostics;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Training.Diagnosis;
using Microsoft.ML.SimPO.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>A run on its own thread: steps, and between them reports, diagnosis, evaluation, early stopping and checkpoints.</summary>
/// <param name="validation">Null for no evaluation.</param>
/// <param name="evaluate">Judges the decoder by the pairs of <paramref name="validation"/> after a step of an epoch.</param>
internal sealed class TrainingSession(
    Decoder decoder, SessionSettings settings, RunOrigin origin, CheckpointStore store, RunData training, RunData? validation,
    Func<RunData, int, double, CancellationToken, ValidationResult> evaluate, ITrainingLog log)
    : IDisposable
{
    private readonly BestModel _best = new(decoder, settings.KeepsBest && store.Folder is null, settings.MetricForBestModel);
    private readonly RunDiagnosis _diagnosis = new(settings.Diagnosed, settings.Limits);
    private readonly TrainingRecord _record = new();
    private readonly RunReport _report = new(log, settings.LoggingSteps);
    private readonly RunTelemetry _telemetry = new();
    private readonly RunLog? _file = store.Folder is { } folder ? new(folder) : null;
    private readonly DateTimeOffset? _startedAt = origin.State is { } state ? state.StartedAt : DateTimeOffset.UtcNow;
    private int? _savedStep;
    private TrainingDiagnosis? _stop;

    /// <summary>In the order in which they are told: what is kept, what is written, what is said.</summary>
    private IEnumerable<ITrainingObserver> Observers => _file is null ? [_record, _telemetry, _report] : [_record, _file, _telemetry, _report];

    /// <summary>Whether it ends before its last step.</summary>
    private bool IsOver => _stop is not null || HasStopped;

    private bool HasStopped => settings.EarlyStoppingPatience > 0 && _best.Worse >= settings.EarlyStoppingPatience;

    private int? BestToKeep => settings.KeepsBest ? _best.Step : null;

    /// <summary>Does the steps of a plan that are left.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are those of the last whole step.</exception>
    /// <exception cref="InvalidOperationException">The loss or its gradient is not a finite number any more.</exception>
    /// <exception cref="InvalidDataException">The checkpoint that the run goes on from is of another model.</exception>
    /// <exception cref="IOException">The run's folder cannot be written.</exception>
    public TrainingRun Run(TrainingLoop loop, IReadOnlyList<TrainingStep> plan, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        StandstillCheck? standstill = origin.State is null ? new(decoder) : null;
        using (TrainingSteps steps = loop.Begin(training.Pairs, plan)) RunSteps(steps, cancellationToken);
        store.Folder?.Prune(settings.SaveTotalLimit, BestToKeep); // where one that was killed after its last checkpoint had still to do so
        if (_stop is null) Tell(_diagnosis.End());
        _report.Done(_record.Steps.Count - (origin.State?.Step ?? 0), clock.Elapsed);
        if (standstill?.Warning(_record.Steps) is { } warning) log.Warning(warning);
        int? restored = settings.KeepsBest ? RestoreBest() : null;
        return new TrainingRun
        {
            Steps = [.. _record.Steps],
            Validations = [.. _record.Validations],
            Findings = [.. _record.Findings],
            RestoredStep = restored,
            MetricForBestModel = settings.MetricForBestModel,
            StoppedEarly = IsOver && _record.Step < plan.Count,
            Seed = origin.Seed,
            StartedAt = _startedAt,
            TrainingData = training.Counts,
            ValidationData = validation?.Counts,
        };
    }

    public void Dispose()
    {
        _telemetry.Dispose();
        _best.Dispose();
    }

    private void RunSteps(TrainingSteps steps, CancellationToken cancellationToken)
    {
        try
        {
            bool goesOn = origin.State is null ? Begin(steps, cancellationToken) : GoOn(origin.State, steps, cancellationToken);
            while (goesOn && steps.Next(cancellationToken) is { } step)
            {
                Tell(step);
                goesOn = DoWhatIsDue(steps, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            if (settings.SaveOnCancel && store.Folder is not null && _record.Step > 0 && _record.Step != _savedStep) Save(steps);
            if (_record.Step > 0) _report.Cancelled(_record.Step, steps.Plan.Count, _savedStep, store.Folder?.Path);
            throw;
        }
    }

    /// <returns>Whether there is anything to do.</returns>
    private bool Begin(TrainingSteps steps, CancellationToken cancellationToken)
    {
        _file?.Start(_record);
        bool isBest = validation is not null && Evaluate(cancellationToken);
        if (isBest && settings.KeepsBest && store.Folder is not null) Save(steps); // the untuned model may stay the best
        return true;
    }

    /// <summary>Brings all to where the run stopped. An evaluation that it was cancelled in is made now.</summary>
    /// <returns>Whether there is anything left to do.</returns>
    private bool GoOn(TrainingState state, TrainingSteps steps, CancellationToken cancellationToken)
    {
        origin.Restore(decoder, steps);
        Replay(state);
        if (origin.Checkpoint == store.Folder?.CheckpointOf(state.Step)) _savedStep = state.Step;
        _report.Resumed(origin.Checkpoint!, state, get_num_threads(), MatrixProducts.Library, RunIdentity.Differences(state.Cutting, origin.Identity.Cutting));
        if (IsOver) return false;
        bool isEvaluated = _record.Validations.Any(v => v.Step == state.Step);
        bool lacksEvaluation = validation is not null && state.Step > 0 && IsDue(settings.EvaluationSteps) && !isEvaluated;
        return !lacksEvaluation || DoWhatIsDue(steps, cancellationToken);
    }

    private void Replay(TrainingState state)
    {
        ILookup<int, ValidationResult> evaluations = WithTexts(state.Evaluations).ToLookup(e => e.Step);
        foreach (ValidationResult result in evaluations[0]) Recall(result);
        foreach (TrainingProgress step in state.History)
        {
            _record.OnStep(step);
            foreach (TrainingDiagnosis finding in _diagnosis.Observe(step)) Note(finding, _record);
            foreach (ValidationResult result in evaluations[step.Step]) Recall(result);
        }
        _file?.Start(_record);
        if (settings.KeepsBest) RecallBest();
    }

    /// <summary>With the answers that stand in the log alone.</summary>
    private IEnumerable<ValidationResult> WithTexts(IReadOnlyList<ValidationResult> evaluations)
    {
        if (evaluations.Count == 0) return evaluations;
        try
        {
            ILookup<int, ValidationResult> logged = RunFolderReader.Read(Path.GetDirectoryName(origin.Checkpoint)!).Validations.ToLookup(v => v.Step);
            return evaluations.Select(e => logged[e.Step].FirstOrDefault() is { SampleAnswers.Count: > 0 } log
                ? e with { SampleAnswers = log.SampleAnswers, WorstPairs = log.WorstPairs } : e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return evaluations; // a run does not end for a page
        }
    }

    private void Recall(ValidationResult result)
    {
        _record.OnValidation(result);
        foreach (TrainingDiagnosis finding in Diagnose(result)) Note(finding, _record);
        if (MayBeBest) _best.Note(result.Step, settings.MetricForBestModel.Of(result));
    }

    /// <summary>
    /// The best weights of before lie in the run's folder or beside the checkpoint it goes on from, if they were kept at all; without a folder of its own
    /// the run keeps them in memory.
    /// </summary>
    private void RecallBest()
    {
        if (_best.Step is not { } step) return;
        if (store.CheckpointOf(step, origin.Checkpoint) is not { } checkpoint) _best.Forget();
        else if (_file is null) _best.Recall(checkpoint);
    }

    private void Tell(TrainingProgress step)
    {
        foreach (ITrainingObserver observer in Observers) observer.OnStep(step);
        Tell(_diagnosis.Observe(step));
        settings.Progress?.Report(step);
    }

    private void Tell(IEnumerable<TrainingDiagnosis> findings)
    {
        foreach (TrainingDiagnosis finding in findings) Note(finding, [.. Observers]);
    }

    private void Note(TrainingDiagnosis finding, params ITrainingObserver[] observers)
    {
        foreach (ITrainingObserver observer in observers) observer.OnFinding(finding);
        if (settings.StopsOnError && finding.IsSevere) _stop ??= finding;
    }

    /// <summary>Older states hold evaluations without all figures.</summary>
    private IReadOnlyList<TrainingDiagnosis> Diagnose(ValidationResult result) =>
        result.Figures is { } figures ? _diagnosis.Observe(result.Step, figures) : [];

    /// <summary>
    /// The loss of a model that loses its language may be the lowest: where a run stops for that, what comes after its first sign is not the best.
    /// </summary>
    private bool MayBeBest => !settings.StopsOnError || _record.Findings.Count == 0;

    /// <summary>Evaluates and saves after the newest step as the settings say.</summary>
    /// <returns>Whether the run goes on.</returns>
    private bool DoWhatIsDue(TrainingSteps steps, CancellationToken cancellationToken)
    {
        bool isBest = _stop is null && validation is not null && IsDue(settings.EvaluationSteps) && Evaluate(cancellationToken);
        if (_stop is not null) _report.StoppedFor(_stop, _record.Step);
        else if (HasStopped) _report.StoppedEarly(_record.Step, _best);
        if (store.Folder is not null && (IsOver || IsDue(settings.SaveSteps) || (isBest && settings.KeepsBest))) Save(steps);
        return !IsOver;
    }

    /// <param name="every">So many steps; 0 for the end of each epoch.</param>
    private bool IsDue(int every)
    {
        TrainingProgress step = _record.Steps[^1];
        double before = _record.Steps.Count > 1 ? _record.Steps[^2].Epoch : 0;
        return step.Step == step.TotalSteps || (every == 0 ? Math.Floor(step.Epoch) > Math.Floor(before) : step.Step % every == 0);
    }

    /// <returns>Whether it is the best evaluation so far.</returns>
    private bool Evaluate(CancellationToken cancellationToken)
    {
        ValidationResult result = evaluate(validation!, _record.Step, _record.Epoch, cancellationToken);
        double judged = Judged(result);
        IReadOnlyList<TrainingDiagnosis> findings = Diagnose(result);
        bool isBest = MayBeBest && !(settings.StopsOnError && findings.Count > 0) && _best.Note(result.Step, judged);
        if (isBest) _best.Keep();
        foreach (ITrainingObserver observer in Observers) observer.OnValidation(result);
        Tell(findings);
        (settings.Progress as IProgress<ValidationResult>)?.Report(result);
        return isBest;
    }

    /// <exception cref="InvalidOperationException">The validation data has nothing that the metric is of.</exception>
    private double Judged(ValidationResult result)
    {
        double value = settings.MetricForBestModel.Of(result);
        if (!double.IsNaN(value) || double.IsNaN(result.Loss)) return value;
        throw new InvalidOperationException($"`MetricForBestModel` is {settings.MetricForBestModel}, but the validation data has no pair that it could be of: "
            + "its rows are single answers. Use Loss.");
    }

    private void Save(TrainingSteps steps)
    {
        var state = new TrainingState
        {
            Step = _record.Step,
            TotalSteps = steps.Plan.Count,
            Epoch = _record.Epoch,
            Seed = origin.Seed,
            Threads = get_num_threads(),
            MatrixProducts = MatrixProducts.Library,
            Elapsed = _record.Steps is [.., var last] ? last.Elapsed : TimeSpan.Zero,
            Settings = origin.Identity.Deciding,
            Cutting = origin.Identity.Cutting,
            History = _record.Steps,
            Evaluations = _record.Validations,
            StartedAt = _startedAt,
            TrainingData = training.Counts,
            ValidationData = validation?.Counts,
            MetricForBestModel = settings.MetricForBestModel,
        };
        store.Save(state, steps, settings.SaveTotalLimit, BestToKeep);
        _savedStep = state.Step;
    }

    /// <returns>The step whose weights the decoder has now; null where they are the last.</returns>
    private int? RestoreBest()
    {
        if (_best.Step is not { } step || step == _record.Step) return null;
        _best.Restore(store.Folder is null ? null : store.CheckpointOf(step, origin.Checkpoint));
        _report.Restored(step, _best);
        return step;
    }
}
