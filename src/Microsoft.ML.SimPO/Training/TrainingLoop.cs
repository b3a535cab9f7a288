using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Runs the steps of a plan: gradients of all micro-batches, clipping, AdamW, report.</summary>
internal sealed class TrainingLoop(Decoder decoder, IPreferenceLoss loss, TrainingSettings settings)
{
    /// <param name="pairs">What the plan's indices refer to.</param>
    /// <param name="report">Called after every step, on this thread.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are those of the last whole step.</exception>
    /// <exception cref="InvalidOperationException">The loss or its gradient is not a finite number any more.</exception>
    public void Run(IReadOnlyList<EncodedPair> pairs, IReadOnlyList<TrainingStep> plan, Action<TrainingProgress>? report, CancellationToken cancellationToken = default)
    {
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        try
        {
            using var optimizer = new AdamW(decoder.Trainable, settings.AdamW);
            var schedule = new LearningRateSchedule(settings.Scheduler, settings.LearningRate, plan.Count, LearningRateSchedule.WarmupSteps(settings.WarmupRatio, plan.Count));
            var clock = Stopwatch.StartNew();
            for (int i = 0; i < plan.Count; i++)
            {
                TimeSpan started = clock.Elapsed;
                (PairResult[][] results, int tokens) = Gradients(pairs, plan[i], optimizer, cancellationToken);
                double norm = optimizer.ClipGradients(settings.MaxGradNorm);
                Check(i, results, norm);
                double rate = schedule.At(i);
                optimizer.Step(rate);
                report?.Invoke(Progress(i, plan, results, norm, rate, tokens, started, clock.Elapsed));
            }
        }
        finally
        {
            foreach (Parameter parameter in decoder.Trainable) parameter.Freeze();
        }
    }

    private (PairResult[][] Results, int Tokens) Gradients(IReadOnlyList<EncodedPair> pairs, TrainingStep step, AdamW optimizer, CancellationToken cancellationToken)
    {
        optimizer.ZeroGradients();
        var pass = new GradientPass(decoder, new ResponseHead(decoder, loss, settings.LogitsBudget), settings.Recompute, settings.LookUpPadding);
        PairContext[] contexts = settings.Weighting.Contexts(step, pairs);
        var results = new PairResult[contexts.Length][];
        int tokens = 0;
        for (int i = 0; i < results.Length; i++)
        {
            PackedBatch batch = PackedBatch.Of([.. step.MicroBatches[i].Select(p => (p, pairs[p]))], decoder.Architecture);
            results[i] = pass.Run(batch, contexts[i], cancellationToken);
            tokens += batch.Tokens.Rows;
        }
        return (results, tokens);
    }

    private static void Check(int index, PairResult[][] results, double norm)
    {
        PairResult[] all = [.. results.SelectMany(m => m)], bad = [.. all.Where(r => !double.IsFinite(r.Loss.Value))];
        if (double.IsFinite(norm) && bad.Length == 0) return;
        string rows = string.Join(", ", (bad.Length > 0 ? bad : all).Select(r => r.Index).Take(16));
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"The loss or its gradient stopped being a finite number in step {index + 1} (gradient norm {norm}, rows {rows}). The weights are those of the step before. Lower `LearningRate`, or look at these rows."));
    }

    private TrainingProgress Progress(int index, IReadOnlyList<TrainingStep> plan, PairResult[][] results, double norm, double rate, int tokens, TimeSpan started, TimeSpan now)
    {
        double Mean(Func<PairResult, double> figure) => settings.Weighting.Mean(results, figure);
        double chosen = Mean(r => r.LogProbabilities.ChosenMean), rejected = Mean(r => r.LogProbabilities.RejectedMean);
        return new TrainingProgress
        {
            Step = index + 1,
            TotalSteps = plan.Count,
            Epoch = plan[index].Epoch,
            Loss = results.Sum(m => m.Sum(r => r.Loss.Value)),
            ChosenReward = settings.Beta * chosen,
            RejectedReward = settings.Beta * rejected,
            Accuracy = Mean(r => r.LogProbabilities.ChosenMean > r.LogProbabilities.RejectedMean ? 1.0 : 0),
            Margin = settings.Beta * (chosen - rejected),
            ChosenLogProbability = chosen,
            RejectedLogProbability = rejected,
            GradientNorm = norm,
            LearningRate = rate,
            Tokens = tokens,
            TokensPerSecond = tokens / (now - started).TotalSeconds,
            Elapsed = now,
            Remaining = now / (index + 1) * (plan.Count - index - 1),
        };
    }
}
