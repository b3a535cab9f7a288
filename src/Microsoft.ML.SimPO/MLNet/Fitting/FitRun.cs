using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.Diagnosis;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>One fit, from the options of a trainer to the session that runs it.</summary>
internal static class FitRun
{
    /// <summary>Trains the model.</summary>
    /// <param name="validation">Null for none.</param>
    /// <param name="folder">The run's folder; null where nothing is written. It stays the caller's.</param>
    /// <param name="seed">Where random numbers begin; null where it is free, so that a run that goes on takes its own.</param>
    public static TrainingRun Run(
        LanguageModel model, PreferenceTrainerOptions options, RunData training, RunData? validation, RunFolder? folder, int? seed, IChannel channel,
        CancellationToken cancellationToken)
    {
        var log = new ChannelLog(channel);
        if (options.RouterLossFault(model.Decoder.Architecture) is { } fault) throw new InvalidOperationException(fault);
        SavedState? saved = FindSaved(options, folder, log);
        IAlignmentLoss loss = options.CreateLoss();
        using FitReferences? references = FitReferences.Of(model, options, loss, folder, log);
        RunIdentity identity = saved is null && folder is null ? RunIdentity.None : RunIdentity.Of(
            RunSettings.Deciding(options, references?.Fingerprint), RunSettings.Cutting(options), model.Decoder, options.Lora is not null, model.Files,
            training.Pairs, validation?.Pairs);
        RunOrigin origin = RunOrigin.Of(saved, identity, seed, options.Shuffle);
        if (references is not null) (training, validation) = references.Fill(training, validation, cancellationToken);
        references?.Dispose(); // another model is not needed from here on
        AdapterSetup.Prepare(model, options, origin.Seed, channel);
        StepPlanner planner = options.Planner(training.Pairs);
        StepPlan plan = Plan(options, planner, origin.Seed, cancellationToken);
        FitReport.Plan(channel, model, training.Pairs, plan.Count, origin.Seed, options);
        FitReport.Remainder(channel, planner.Count, options);
        using MovingReference? moving = options.CreateMovingReference(model.Decoder);
        if (moving is not null)
            log.Info(FormattableString.Invariant($"The moving reference is a second model in memory: {sizeof(float) * moving.Decoder.ParameterCount} bytes."));
        TrainingSettings settings = options.Settings(model.Decoder) with { Reference = moving };
        int? batchSize = options.PairsPerEvaluation();
        IReadOnlyList<int[]>? rows = validation is null || !options.Profile.WeighsPackedRows ? null : options.PackedRows(validation.Pairs);
        var validator = new Validator(model.Decoder, loss, settings.Plan.TokensPerPass, batchSize, moving, rows, settings.RouterLossWeight);
        var store = new CheckpointStore(folder, model.Decoder, model.Files);
        var samples = new AnswerSampler(model, options, log);
        ValidationResult Evaluate(RunData data, int step, double epoch, CancellationToken token)
        {
            (ValidationResult result, double[] margins) = validator.Judge(data, step, epoch, token);
            if (loss.CountsTokens) result = result.With(MethodFigures.TokenCount, plan.Take(step).Sum(s => TrainingSteps.TokensOf(s, training.Pairs)));
            return options.SampleAnswers == 0 ? result : samples.AddTo(result, data.Pairs, margins, token);
        }
        using var session = new TrainingSession(model.Decoder, Settings(options, training.Pairs), origin, store, training, validation, Evaluate, log);
        var loop = new TrainingLoop(model.Decoder, loss, settings);
        TrainingRun run = session.Run(loop, plan, cancellationToken);
        model.References = references?.Keep();
        return run;
    }

    private static SavedState? FindSaved(PreferenceTrainerOptions options, RunFolder? folder, ChannelLog log)
    {
        if (options.ResumeFrom is null) return null;
        if (!options.ResumesAutomatically) return SavedState.Read(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ResumeFrom)));
        return folder!.FindNewest(reason => log.Warning($"A newer checkpoint is passed over. {reason}"));
    }

    private static StepPlan Plan(PreferenceTrainerOptions options, StepPlanner planner, int seed, CancellationToken cancellationToken)
    {
        StepPlan plan = planner.Plan(options.Epochs, options.Shuffle ? seed : null, cancellationToken);
        if (plan.Count > 0 && options.MaxSteps > 0) return plan.WithCount(options.MaxSteps);
        return plan.Count > 0 ? plan : throw new InvalidOperationException(FormattableString.Invariant(
            $"{planner.Count} {options.StepNoun} do not fill one step of `BatchSize` {options.BatchSize}, and `DropLast` drops the rest.")
            + " Lower `BatchSize`, or set `DropLast` to false.");
    }

    private static SessionSettings Settings(PreferenceTrainerOptions options, IReadOnlyList<EncodedPrompt> pairs) => new()
    {
        Diagnosed = options.Diagnosed() with { LengthAlone = LengthAloneRule.Of(pairs) },
        Limits = options.Diagnosis,
        StopsOnError = options.StopOnError,
        EvaluationSteps = options.EvaluationSteps,
        EarlyStoppingPatience = options.EarlyStoppingPatience,
        KeepsBest = options.KeepsBest,
        MetricForBestModel = options.MetricForBestModel,
        SaveSteps = options.SaveSteps,
        LoggingSteps = options.LoggingSteps,
        SaveTotalLimit = options.SaveTotalLimit,
        SaveOnCancel = options.SaveOnCancel,
        Progress = options.Progress,
    };
}
