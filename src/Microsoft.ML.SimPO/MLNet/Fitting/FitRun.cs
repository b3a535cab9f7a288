using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.Diagnosis;
using Microsoft.ML.SimPO.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>One fit, on its own thread: steps, and between them reports, evaluation, diagnosis, early stopping and checkpoints.</summary>
/// <param name="validation">Empty for none.</param>
/// <param name="folder">The run's folder; null where nothing is written. It stays the caller's.</param>
/// <param name="seed">Where random numbers begin; null where it is free, so that a run that goes on takes its own.</param>
internal sealed class FitRun(
    SimPOTransformer transformer, SimPOTrainer.Options options, IReadOnlyList<EncodedPair> pairs, IReadOnlyList<EncodedPair> validation, RunFolder? folder, int? seed,
    IChannel channel, CancellationToken cancellationToken)
    : ITrainingObserver, IDisposable
{
    private readonly RunStore _store = new(folder, transformer.Model, channel.Warning);
    private readonly BestModel _best = new(transformer.Model.Decoder, inMemory: folder is null);
    private readonly RunDiagnosis _diagnosis = new(options.BatchSize, options.LearningRate);
    private string? _resumedFrom;
    private TrainingState? _resumed;
    private int _seed, _totalSteps;
    private Dictionary<string, string> _settings = [];

    private TrainingProgress? LastStep => transformer.TrainingHistory is [.., var last] ? last : null;

    /// <summary>Trains the transformer's model.</summary>
    public void Run()
    {
        FindState();
        AdapterSetup.Prepare(transformer.Model, options, _seed, channel);
        List<TrainingStep> plan = options.Planner(pairs).Plan(options.Epochs, options.Shuffle ? _seed : null);
        if (plan.Count == 0)
            throw new InvalidOperationException(FormattableString.Invariant($"{pairs.Count} pairs do not fill one step of `BatchSize` {options.BatchSize}, and `DropLast` drops the rest. Lower `BatchSize`, or set `DropLast` to false."));
        _totalSteps = plan.Count;
        FitReport.Plan(channel, transformer.Model, pairs, plan.Count, _seed, options);
        FitReport.Remainder(channel, pairs.Count, options);
        var clock = Stopwatch.StartNew();
        TrainingSettings settings = options.Settings(transformer.Model.Decoder);
        new TrainingLoop(transformer.Model.Decoder, options.Loss(), settings).RunObserved(pairs, plan, this, cancellationToken);
        FitReport.Done(channel, transformer.TrainingHistory.Count, clock.Elapsed);
        if (options.KeepsBest) RestoreBest();
    }

    (int Steps, TimeSpan Elapsed) ITrainingObserver.Start(AdamW optimizer)
    {
        if (_resumed is null)
        {
            folder?.StartLog([]);
            bool isBest = Evaluate(0, 0);
            if (folder is not null && isBest && options.KeepsBest) Save(optimizer); // the untuned model may stay the best
            return (0, TimeSpan.Zero);
        }
        TrainedWeights.Read(_resumedFrom!, transformer.Model.Decoder.Trainable);
        OptimizerFile.Read(_resumedFrom!, optimizer, _resumed.Step);
        Replay(_resumed);
        FitReport.Resumed(channel, _resumedFrom!, _resumed, get_num_threads(), [.. RunSettings.Differences(_resumed.Cutting, RunSettings.Cutting(options))]);
        return IsOver() ? (int.MaxValue, _resumed.Elapsed) : (_resumed.Step, _resumed.Elapsed);
    }

    bool ITrainingObserver.AfterStep(TrainingProgress progress, AdamW optimizer)
    {
        bool endsEpoch = Math.Floor(progress.Epoch) > Math.Floor(LastStep?.Epoch ?? 0), isLast = progress.Step == progress.TotalSteps;
        Report(progress);
        bool IsDue(int steps) => isLast || (steps == 0 ? endsEpoch : progress.Step % steps == 0);
        bool isBest = IsDue(options.EvaluationSteps) && Evaluate(progress.Step, progress.Epoch);
        bool isOver = IsOver();
        if (isOver) FitReport.StoppedEarly(channel, progress.Step, _best.Step ?? 0, _best.Loss, _best.Worse);
        if (folder is not null && (isOver || IsDue(options.SaveSteps) || (isBest && options.KeepsBest))) Save(optimizer);
        return !isOver;
    }

    void ITrainingObserver.Cancelled(AdamW optimizer)
    {
        if (folder is null || !options.SaveOnCancel || transformer.TrainingHistory.Count == 0) return;
        if (_store.CheckpointOf(transformer.TrainingHistory[^1].Step, null) is null) Save(optimizer);
    }

    public void Dispose() => _best.Dispose();

    private void FindState()
    {
        _settings = RunSettings.Deciding(options, transformer.Model.Decoder, pairs.Count, DataFingerprint.Of(pairs));
        _resumedFrom = _store.FindResume(options);
        if (_resumedFrom is null)
        {
            _seed = seed ?? Random.Shared.Next();
            return;
        }
        _resumed = TrainingStateFile.Read(_resumedFrom);
        RunStore.CheckSame(_resumedFrom, _resumed, _settings);
        if (seed is { } wanted && wanted != _resumed.Seed && options.Shuffle)
            throw new InvalidDataException(FormattableString.Invariant($"The run in '{_resumedFrom}' began with seed {_resumed.Seed} and cannot go on with {wanted}. Set `Seed` to {_resumed.Seed}."));
        _seed = _resumed.Seed;
    }

    /// <summary>Brings history, log, best model and diagnosis to where the state is.</summary>
    private void Replay(TrainingState state)
    {
        Queue<ValidationResult> validations = new(RunStore.Unpack(state.Evaluations));
        List<byte[]> lines = [];
        void Take(int step)
        {
            while (validations.TryPeek(out ValidationResult? next) && next.Step <= step)
            {
                transformer.AddValidation(validations.Dequeue());
                _best.Note(next.Step, next.Loss);
                lines.Add(TrainingLogLine.Of(next.Step, next.Epoch, next.Figures!));
            }
        }
        Take(0);
        foreach (TrainingProgress progress in state.History)
        {
            transformer.AddProgress(progress);
            foreach (TrainingDiagnosis finding in _diagnosis.Observe(progress)) transformer.AddDiagnosis(finding);
            lines.Add(TrainingLogLine.Of(progress));
            Take(progress.Step);
        }
        folder?.StartLog(lines);
        if (folder is null && options.KeepsBest) RecallBest();
    }

    /// <summary>Without a folder of its own the run keeps its best weights in memory: those of before lie beside the checkpoint it goes on from.</summary>
    private void RecallBest()
    {
        if (_best.Step is not { } step) return;
        if (_store.CheckpointOf(step, _resumedFrom) is { } checkpoint) _best.Recall(checkpoint);
        else _best.Forget();
    }

    private void Report(TrainingProgress progress)
    {
        transformer.AddProgress(progress);
        folder?.Append(TrainingLogLine.Of(progress));
        FitReport.Step(channel, progress);
        foreach (TrainingDiagnosis finding in _diagnosis.Observe(progress))
        {
            transformer.AddDiagnosis(finding);
            FitReport.Diagnosis(channel, finding);
        }
        options.Progress?.Report(progress);
    }

    /// <returns>Whether it is the best evaluation so far.</returns>
    private bool Evaluate(int step, double epoch)
    {
        if (validation.Count == 0) return false;
        ValidationResult result = new Validator(transformer.Model.Decoder, options).Evaluate(validation, step, epoch, cancellationToken);
        transformer.AddValidation(result);
        folder?.Append(TrainingLogLine.Of(step, epoch, result.Figures!));
        FitReport.Validation(channel, result);
        return _best.Note(step, result.Loss);
    }

    private bool IsOver() => options.EarlyStoppingPatience > 0 && _best.Worse >= options.EarlyStoppingPatience;

    private void Save(AdamW optimizer)
    {
        TrainingProgress? last = LastStep;
        var state = new TrainingState
        {
            Step = last?.Step ?? 0,
            TotalSteps = _totalSteps,
            Epoch = last?.Epoch ?? 0,
            Seed = _seed,
            Threads = get_num_threads(),
            Elapsed = last?.Elapsed ?? TimeSpan.Zero,
            Settings = _settings,
            Cutting = RunSettings.Cutting(options),
            History = transformer.TrainingHistory,
            Evaluations = RunStore.Pack(transformer.ValidationHistory),
        };
        _store.Save(state, optimizer, options.SaveTotalLimit, options.KeepsBest ? _best.Step : null);
    }

    private void RestoreBest()
    {
        if (_best.Step is not { } step || step == LastStep?.Step) return;
        _best.Restore(folder is null ? null : _store.CheckpointOf(step, null));
        FitReport.Restored(channel, step, _best.Loss);
    }
}
