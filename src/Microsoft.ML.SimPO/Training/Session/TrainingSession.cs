using System.Diagnostics;
using Microsoft.ML.SimPO.Models;
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
    private readonly BestModel _best = new(decoder, inMemory: settings.KeepsBest && store.Folder is null);
    private readonly RunDiagnosis _diagnosis = new(settings.PairsPerStep, settings.LearningRate, settings.Anchor);
    private readonly TrainingRecord _record = new();
    private readonly RunReport _report = new(log, settings.LoggingSteps);
    private readonly RunLog? _file = store.Folder is { } folder ? new(folder) : null;
    private readonly DateTimeOffset? _startedAt = origin.State is { } state ? state.StartedAt : DateTimeOffset.UtcNow;
    private int? _savedStep;

    /// <summary>In the order in which they are told: what is kept, what is written, what is said.</summary>
    private IEnumerable<ITrainingObserver> Observers => _file is null ? [_record, _report] : [_record, _file, _report];

    private bool IsOver => settings.EarlyStoppingPatience > 0 && _best.Worse >= settings.EarlyStoppingPatience;

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
        _report.Done(_record.Steps.Count - (origin.State?.Step ?? 0), clock.Elapsed);
        if (standstill?.Warning(_record.Steps) is { } warning) log.Warning(warning);
        int? restored = settings.KeepsBest ? RestoreBest() : null;
        return new TrainingRun
        {
            Steps = [.. _record.Steps],
            Validations = [.. _record.Validations],
            Findings = [.. _record.Findings],
            RestoredStep = restored,
            StoppedEarly = IsOver && _record.Step < plan.Count,
            Seed = origin.Seed,
            StartedAt = _startedAt,
            TrainingData = training.Counts,
            ValidationData = validation?.Counts,
        };
    }

    public void Dispose() => _best.Dispose();

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
        _report.Resumed(origin.Checkpoint!, state, get_num_threads(), RunIdentity.Differences(state.Cutting, origin.Identity.Cutting));
        if (IsOver) return false;
        bool isEvaluated = _record.Validations.Any(v => v.Step == state.Step);
        bool lacksEvaluation = validation is not null && state.Step > 0 && IsDue(settings.EvaluationSteps) && !isEvaluated;
        return !lacksEvaluation || DoWhatIsDue(steps, cancellationToken);
    }

    private void Replay(TrainingState state)
    {
        foreach (TrainingProgress step in state.History)
        {
            _record.OnStep(step);
            foreach (TrainingDiagnosis finding in _diagnosis.Observe(step)) _record.OnFinding(finding);
        }
        foreach (ValidationResult result in state.Evaluations)
        {
            _record.OnValidation(result);
            _best.Note(result.Step, result.Loss);
        }
        _file?.Start(_record);
        if (settings.KeepsBest) RecallBest();
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
        foreach (TrainingDiagnosis finding in _diagnosis.Observe(step))
            foreach (ITrainingObserver observer in Observers) observer.OnFinding(finding);
        settings.Progress?.Report(step);
    }

    /// <summary>Evaluates and saves after the newest step as the settings say.</summary>
    /// <returns>Whether the run goes on.</returns>
    private bool DoWhatIsDue(TrainingSteps steps, CancellationToken cancellationToken)
    {
        bool isBest = validation is not null && IsDue(settings.EvaluationSteps) && Evaluate(cancellationToken);
        if (IsOver) _report.StoppedEarly(_record.Step, _best);
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
        bool isBest = _best.Note(result.Step, result.Loss);
        if (isBest) _best.Keep();
        foreach (ITrainingObserver observer in Observers) observer.OnValidation(result);
        return isBest;
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
            Elapsed = _record.Steps is [.., var last] ? last.Elapsed : TimeSpan.Zero,
            Settings = origin.Identity.Deciding,
            Cutting = origin.Identity.Cutting,
            History = _record.Steps,
            Evaluations = _record.Validations,
            StartedAt = _startedAt,
            TrainingData = training.Counts,
            ValidationData = validation?.Counts,
        };
        store.Save(state, steps, settings.SaveTotalLimit, settings.KeepsBest ? _best.Step : null);
        _savedStep = state.Step;
    }

    /// <returns>The step whose weights the decoder has now; null where they are the last.</returns>
    private int? RestoreBest()
    {
        if (_best.Step is not { } step || step == _record.Step) return null;
        _best.Restore(store.Folder is null ? null : store.CheckpointOf(step, origin.Checkpoint));
        _report.Restored(step, _best.Loss);
        return step;
    }
}
