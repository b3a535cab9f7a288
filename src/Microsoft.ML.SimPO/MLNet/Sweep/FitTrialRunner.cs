using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>The runner of a sweep: fits on the training pairs, judges on the held-out ones. The base weights are in memory once for all trials.</summary>
internal sealed class FitTrialRunner(MLContext context, IDataView train, IDataView validation, SweepOptions sweep, SharedBase model) : IAlignmentTrialRunner
{
    public Task<AlignmentTrialResult> RunAsync(AlignmentTrialSettings settings, CancellationToken cancellationToken) =>
        Task.Run(() => Run(settings, cancellationToken), cancellationToken);

    public void Dispose() => model.Dispose();

    private AlignmentTrialResult Run(AlignmentTrialSettings settings, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var watch = new DivergenceWatch(sweep, settings.Options.Progress, cancellationToken);
        PreferenceTrainerOptions options = settings.Options.Copy();
        options.Progress = watch;
        model.GiveTo(options);
        AlignmentTransformer? tuned = null;
        try
        {
            tuned = options.CreateTrainer(context).Fit(train, sweep.Metric == SweepMetric.ValidationLoss ? validation : null, watch.Token);
            // Each at the same target margin, whatever is searched.
            AlignmentMetrics metrics = context.Alignment.Evaluate(tuned.Transform(validation), targetMargin: 0);
            return Completed(settings, metrics, tuned, clock.Elapsed);
        }
        catch (OperationCanceledException) when (watch.Reason is not null)
        {
            return Unfinished(settings, AlignmentTrialStatus.Diverged, watch.Reason, clock.Elapsed);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            tuned?.Dispose();
            bool diverged = watch.HasBegun && e is InvalidOperationException;
            return Unfinished(settings, diverged ? AlignmentTrialStatus.Diverged : AlignmentTrialStatus.Failed, e.Message, clock.Elapsed);
        }
        catch
        {
            tuned?.Dispose();
            throw;
        }
    }

    private AlignmentTrialResult Completed(AlignmentTrialSettings settings, AlignmentMetrics metrics, AlignmentTransformer tuned, TimeSpan time)
    {
        double metric = sweep.CustomMetric?.Invoke(tuned, validation) ?? sweep.Metric switch
        {
            SweepMetric.LogLoss => metrics.LogLoss,
            SweepMetric.MeanMargin => metrics.MeanMargin / settings.Options.Reward.Scale,
            SweepMetric.ValidationLoss => tuned.TrainingRun.Validations[^1].Loss,
            _ => metrics.Accuracy,
        };
        if (!double.IsFinite(metric)) throw new InvalidOperationException(FormattableString.Invariant($"The metric is {metric}, which is no finite number."));
        bool isHigherBetter = sweep.CustomMetric is null ? sweep.Metric is not (SweepMetric.LogLoss or SweepMetric.ValidationLoss) : sweep.HigherIsBetter;
        return new AlignmentTrialResult
        {
            TrialSettings = settings,
            Status = AlignmentTrialStatus.Completed,
            Metric = metric,
            Loss = isHigherBetter ? -metric : metric,
            Metrics = metrics,
            DurationInMilliseconds = time.TotalMilliseconds,
            MemoryInMegaByte = Environment.WorkingSet / 1e6,
            Model = tuned,
        };
    }

    private static AlignmentTrialResult Unfinished(AlignmentTrialSettings settings, AlignmentTrialStatus status, string message, TimeSpan time) => new()
    {
        TrialSettings = settings,
        Status = status,
        Metric = double.NaN,
        Loss = double.PositiveInfinity,
        DurationInMilliseconds = time.TotalMilliseconds,
        MemoryInMegaByte = Environment.WorkingSet / 1e6,
        Message = message,
    };
}
