using System.Globalization;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Runs the steps of a plan: gradients of all micro-batches, clipping, AdamW, report.</summary>
internal sealed class TrainingLoop(Decoder decoder, IAlignmentLoss loss, TrainingSettings settings)
{
    /// <summary>Does all steps of a plan.</summary>
    /// <param name="pairs">What the plan's indices refer to.</param>
    /// <param name="report">Called after every step, on this thread.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are those of the last whole step.</exception>
    /// <exception cref="InvalidOperationException">The loss or its gradient is not a finite number any more.</exception>
    public void Run(
        IReadOnlyList<EncodedPrompt> pairs, IReadOnlyList<TrainingStep> plan, Action<TrainingProgress>? report, CancellationToken cancellationToken = default)
    {
        using TrainingSteps steps = Begin(pairs, plan);
        while (steps.Next(cancellationToken) is { } progress) report?.Invoke(progress);
    }

    /// <summary>The steps of a plan, for whoever does something between them.</summary>
    /// <param name="pairs">What the plan's indices refer to.</param>
    /// <exception cref="InvalidOperationException">A group lacks what the loss needs.</exception>
    public TrainingSteps Begin(IReadOnlyList<EncodedPrompt> pairs, IReadOnlyList<TrainingStep> plan)
    {
        GroupFaults.ThrowIfAny(loss, pairs);
        return new TrainingSteps(this, decoder, settings, pairs, plan);
    }

    /// <summary>What computes the gradients of all steps.</summary>
    internal GradientPass MakePass() =>
        new(decoder, new ResponseHead(decoder, loss, settings.Plan.LogitsBudget), settings.Plan.Recompute, settings.LookUpPadding);

    /// <summary>The step after those that are done.</summary>
    internal TrainingProgress RunStep(TrainingSteps steps, GradientPass pass, CancellationToken cancellationToken)
    {
        (int i, int total) = (steps.Done, steps.Plan.Count);
        var schedule = new LearningRateSchedule(
            settings.Scheduler, settings.LearningRate, total, settings.WarmupSteps ?? LearningRateSchedule.WarmupSteps(settings.WarmupRatio, total));
        TimeSpan started = steps.Elapsed;
        StepGradients found = Gradients(steps.Pairs, steps.Plan[i], pass, steps.Optimizer, cancellationToken);
        double norm = steps.Optimizer.ClipGradients(settings.MaxGradNorm);
        Check(i, found.Results, norm);
        steps.Optimizer.Step(schedule.At(i));
        settings.Reference?.Follow(i + 1);
        steps.Count(steps.Plan[i]);
        TimeSpan elapsed = steps.Elapsed;
        return Progress(steps, i, found, norm, schedule, elapsed - started, elapsed);
    }

    private StepGradients Gradients(
        IReadOnlyList<EncodedPrompt> pairs, TrainingStep step, GradientPass pass, AdamW optimizer, CancellationToken cancellationToken)
    {
        optimizer.ZeroGradients();
        if (settings.Reference is { } moving) pairs = moving.Fill(pairs, step.MicroBatches.SelectMany(m => m), cancellationToken);
        List<int[]>[] parts = [.. step.MicroBatches.Select(m => PassCutter.Cut(m, pairs, settings.Plan.TokensPerPass))];
        GroupContext[] contexts = settings.Weighting.Contexts(step, pairs, loss.ScoredTokens, loss.UnscoredTokens);
        RouterBalance[]? balances = settings.RouterLossWeight > 0 ? settings.Weighting.Balances(step, settings.RouterLossWeight) : null;
        contexts = new StepTotals(decoder, loss, settings.Weighting).AddTo(contexts, parts, pairs, cancellationToken, balances);
        var results = new GroupResult[contexts.Length][];
        int tokens = 0;
        for (int i = 0; i < results.Length; i++)
        {
            List<GroupResult> found = [];
            foreach (int[] part in parts[i])
            {
                PackedBatch batch = PackedBatch.Of([.. part.Select(p => (p, pairs[p]))], decoder.Architecture, scored: loss.ScoredTokens);
                found.AddRange(pass.Run(batch, contexts[i] with { Index = contexts[i].Index + found.Count }, balances?[i], cancellationToken));
                tokens += batch.Tokens.Rows;
            }
            results[i] = [.. found];
        }
        return new StepGradients(results, balances?.Distinct().ToArray() ?? [], tokens);
    }

    private static void Check(int index, GroupResult[][] results, double norm)
    {
        GroupResult[] all = [.. results.SelectMany(m => m)], bad = [.. all.Where(r => !double.IsFinite(r.Loss.Value))];
        if (double.IsFinite(norm) && bad.Length == 0) return;
        string rows = string.Join(", ", (bad.Length > 0 ? bad : all).Select(r => r.Score.Row).Take(16));
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The loss or its gradient stopped being a finite number in step {index + 1} (gradient norm {norm}, rows {rows}).")
            + " The weights are those of the step before. Lower `LearningRate`, or look at these rows.");
    }

    private TrainingProgress Progress(
        TrainingSteps steps, int index, StepGradients found, double norm, LearningRateSchedule schedule, TimeSpan took, TimeSpan elapsed)
    {
        IReadOnlyList<TrainingStep> plan = steps.Plan;
        GroupScore[][] batches = settings.Weighting.Batches(found.Results);
        RewardFigures rewards = RewardFigures.Of(batches, loss.Reward);
        return new TrainingProgress
        {
            Step = index + 1,
            TotalSteps = plan.Count,
            Epoch = plan[index].Epoch,
            Loss = found.Results.Sum(m => m.Sum(r => r.Loss.Value)) + found.Balances.Sum(b => b.Weight * b.Value),
            ChosenReward = rewards.ChosenReward,
            RejectedReward = rewards.RejectedReward,
            Accuracy = rewards.Accuracy,
            Margin = rewards.Margin,
            ChosenLogProbability = rewards.ChosenLogProbability,
            RejectedLogProbability = rewards.RejectedLogProbability,
            MethodMetrics = MethodFigures.Of(batches, loss).With(MethodFigures.AuxiliaryLoss, found.Balances.Select(b => b.Value))
                .With(MethodFigures.TokenCount, loss.CountsTokens ? [steps.TokensGiven] : []),
            GradientNorm = norm,
            LearningRate = schedule.At(index),
            ReportedLearningRate = schedule.At(settings.ReportsNextRate ? index + 1 : index),
            Tokens = found.Tokens,
            TokensPerSecond = found.Tokens / took.TotalSeconds,
            Elapsed = elapsed,
            Remaining = TrainingProgress.RemainingOf(elapsed, index + 1, plan.Count),
        };
    }

    /// <param name="Results">Of each micro-batch.</param>
    /// <param name="Balances">Of its routers, each once; none where nothing balances them.</param>
    /// <param name="Tokens">Rows computed.</param>
    private sealed record StepGradients(GroupResult[][] Results, RouterBalance[] Balances, int Tokens);
}
