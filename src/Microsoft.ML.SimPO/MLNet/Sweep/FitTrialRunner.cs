using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>The runner of a sweep: fits on the training pairs, judges on the held-out ones. The base weights are in memory once for all trials.</summary>
internal sealed class FitTrialRunner(MLContext context, IDataView train, IDataView validation, SweepOptions sweep, SharedBase model) : ITrialRunner
{
    public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => Task.Run(() => Run(settings, ct), ct);

    public void Dispose() => model.Dispose();

    private TrialResult Run(TrialSettings settings, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var watch = new DivergenceWatch(sweep, settings.Options.Progress, cancellationToken);
        SimPOTrainer.Options options = settings.Options.Copy();
        options.Progress = watch;
        model.GiveTo(options);
        SimPOTransformer? tuned = null;
        try
        {
            tuned = new SimPOTrainer(context, options).Fit(train, null, watch.Token);
            AlignmentMetrics metrics = context.Alignment.Evaluate(tuned.Transform(validation), options.Loss().TargetMargin);
            return Completed(settings, metrics, tuned, clock.Elapsed);
        }
        catch (OperationCanceledException) when (watch.Reason is not null)
        {
            return Unfinished(settings, TrialStatus.Diverged, watch.Reason, clock.Elapsed);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            tuned?.Dispose();
            return Unfinished(settings, watch.HasBegun && e is InvalidOperationException ? TrialStatus.Diverged : TrialStatus.Failed, e.Message, clock.Elapsed);
        }
        catch
        {
            tuned?.Dispose();
            throw;
        }
    }

    private TrialResult Completed(TrialSettings settings, AlignmentMetrics metrics, SimPOTransformer tuned, TimeSpan time)
    {
        double metric = sweep.Metric switch
        {
            SweepMetric.LogLoss => metrics.LogLoss,
            SweepMetric.MeanMargin => metrics.MeanMargin / settings.Options.Loss().Reward.Scale,
            _ => metrics.Accuracy,
        };
        return new TrialResult
        {
            TrialSettings = settings,
            Status = TrialStatus.Completed,
            Metric = metric,
            Loss = sweep.Metric == SweepMetric.LogLoss ? metric : -metric,
            Metrics = metrics,
            DurationInMilliseconds = time.TotalMilliseconds,
            MemoryInMegaByte = Environment.WorkingSet / 1e6,
            Model = tuned,
        };
    }

    private static TrialResult Unfinished(TrialSettings settings, TrialStatus status, string message, TimeSpan time) => new()
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
