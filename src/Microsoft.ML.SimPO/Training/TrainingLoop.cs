using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Runs the steps of a plan: gradients of all micro-batches, clipping, AdamW, report.</summary>
internal sealed class TrainingLoop(Decoder decoder, IAlignmentLoss loss, TrainingSettings settings)
{
    /// <param name="pairs">What the plan's indices refer to.</param>
    /// <param name="report">Called after every step, on this thread.</param>
    /// <inheritdoc cref="RunObserved"/>
    public void Run(IReadOnlyList<EncodedPair> pairs, IReadOnlyList<TrainingStep> plan, Action<TrainingProgress>? report, CancellationToken cancellationToken = default) =>
        RunObserved(pairs, plan, new ProgressObserver(report), cancellationToken);

    /// <param name="pairs">What the plan's indices refer to.</param>
    /// <param name="observer">Is told of every step and may end the run.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are those of the last whole step.</exception>
    /// <exception cref="InvalidOperationException">The loss or its gradient is not a finite number any more.</exception>
    public void RunObserved(IReadOnlyList<EncodedPair> pairs, IReadOnlyList<TrainingStep> plan, ITrainingObserver observer, CancellationToken cancellationToken = default)
    {
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        try
        {
            using var optimizer = new AdamW(decoder.Trainable, settings.AdamW, settings.Plan.Collective);
            try
            {
                RunSteps(pairs, plan, observer, optimizer, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                observer.Cancelled(optimizer);
                throw;
            }
        }
        finally
        {
            foreach (Parameter parameter in decoder.Trainable) parameter.Freeze();
        }
    }

    private void RunSteps(IReadOnlyList<EncodedPair> pairs, IReadOnlyList<TrainingStep> plan, ITrainingObserver observer, AdamW optimizer, CancellationToken cancellationToken)
    {
        var schedule = new LearningRateSchedule(
            settings.Scheduler, settings.LearningRate, plan.Count, settings.WarmupSteps ?? LearningRateSchedule.WarmupSteps(settings.WarmupRatio, plan.Count));
        (int done, TimeSpan before) = observer.Start(optimizer);
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, loss, settings.Plan.LogitsBudget), settings.Plan.Recompute, settings.LookUpPadding);
        var clock = Stopwatch.StartNew();
        for (int i = done; i < plan.Count; i++)
        {
            TimeSpan started = clock.Elapsed;
            (GroupResult[][] results, int tokens) = Gradients(pairs, plan[i], pass, optimizer, cancellationToken);
            double norm = optimizer.ClipGradients(settings.MaxGradNorm);
            Check(i, results, norm, pairs);
            optimizer.Step(schedule.At(i));
            if (!observer.AfterStep(Progress(i, plan, results, norm, schedule, tokens, clock.Elapsed - started, before + clock.Elapsed), optimizer)) return;
        }
    }

    private (GroupResult[][] Results, int Tokens) Gradients(IReadOnlyList<EncodedPair> pairs, TrainingStep step, GradientPass pass, AdamW optimizer, CancellationToken cancellationToken)
    {
        optimizer.ZeroGradients();
        GroupContext[] contexts = settings.Weighting.Contexts(step, pairs);
        var results = new GroupResult[contexts.Length][];
        int tokens = 0;
        for (int i = 0; i < results.Length; i++)
        {
            List<GroupResult> found = [];
            foreach (int[] part in PassCutter.Cut(step.MicroBatches[i], pairs, settings.Plan.TokensPerPass))
            {
                PackedBatch batch = PackedBatch.Of([.. part.Select(p => (p, pairs[p]))], decoder.Architecture);
                found.AddRange(pass.Run(batch, contexts[i], cancellationToken));
                tokens += batch.Tokens.Rows;
            }
            results[i] = [.. found];
        }
        return (results, tokens);
    }

    private static void Check(int index, GroupResult[][] results, double norm, IReadOnlyList<EncodedPair> pairs)
    {
        GroupResult[] all = [.. results.SelectMany(m => m)], bad = [.. all.Where(r => !double.IsFinite(r.Loss.Value))];
        if (double.IsFinite(norm) && bad.Length == 0) return;
        string rows = string.Join(", ", (bad.Length > 0 ? bad : all).Select(r => pairs[r.Index].Row).Take(16));
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The loss or its gradient stopped being a finite number in step {index + 1} (gradient norm {norm}, rows {rows}). The weights are those of the step before. Lower `LearningRate`, or look at these rows."));
    }

    private TrainingProgress Progress(int index, IReadOnlyList<TrainingStep> plan, GroupResult[][] results, double norm, LearningRateSchedule schedule, int tokens, TimeSpan took, TimeSpan elapsed)
    {
        RewardFigures rewards = RewardFigures.Of(settings.Weighting.Batches(results), loss.Reward);
        return new TrainingProgress
        {
            Step = index + 1,
            TotalSteps = plan.Count,
            Epoch = plan[index].Epoch,
            Loss = results.Sum(m => m.Sum(r => r.Loss.Value)),
            ChosenReward = rewards.ChosenReward,
            RejectedReward = rewards.RejectedReward,
            Accuracy = rewards.Accuracy,
            Margin = rewards.Margin,
            ChosenLogProbability = rewards.ChosenLogProbability,
            RejectedLogProbability = rewards.RejectedLogProbability,
            GradientNorm = norm,
            LearningRate = schedule.At(index),
            ReportedLearningRate = schedule.At(settings.ReportsNextRate ? index + 1 : index),
            Tokens = tokens,
            TokensPerSecond = tokens / took.TotalSeconds,
            Elapsed = elapsed,
            Remaining = elapsed / (index + 1) * (plan.Count - index - 1),
        };
    }
}
