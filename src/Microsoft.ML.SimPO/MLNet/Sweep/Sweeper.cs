using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The loop of a sweep: propose, run, keep the best.</summary>
internal sealed class Sweeper : IDisposable
{
    private readonly IHost _host;
    private readonly SweepOptions _sweep;
    private readonly PreferenceTrainerOptions _base;
    private readonly MLContext _context;
    private readonly IReadOnlyList<SweepParameter> _parameters;
    private readonly long _seed;
    private readonly int _rungs;
    private readonly List<AlignmentTrialResult> _results = [];
    private AlignmentTrialResult? _best;

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    public Sweeper(MLContext context, PreferenceTrainerOptions options, SweepOptions sweep, long seed)
    {
        (_context, _base, _sweep, _seed) = (context, options.Copy(), sweep.Copy(), seed);
        _base.Validate();
        _sweep.Validate();
        _parameters = _sweep.Space.For(_base.GetType(), out IReadOnlyList<string> faults);
        if (_base.Rows != RowKind.Pairs && _sweep is { Runner: null, CustomMetric: null, Metric: not SweepMetric.ValidationLoss })
            faults = [.. faults, $"`Metric` must be ValidationLoss where `Rows` is {_base.Rows}, of which there is no other, but was {_sweep.Metric}."];
        if (faults.Count == 0) faults = [.. OutOfRange()];
        if (faults.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(sweep));
        _rungs = _sweep.Algorithm == SweepAlgorithm.SuccessiveHalving
            ? HalvingProposer.RungsWithin(_sweep.MaxTrials, _sweep.ReductionFactor, _sweep.Rungs) : _sweep.Rungs;
        _base.Seed ??= (int)seed;
        _host = ((IHostEnvironment)context).RegisterOwn("AlignmentSweep");
    }

    /// <summary>Best so far is freed unless it was handed out.</summary>
    public void Dispose() => _best?.Model?.Dispose();

    public SweepResult Run(IAlignmentTrialRunner runner, CancellationToken cancellationToken)
    {
        using IChannel channel = _host.Start("Sweep");
        using TrialLog? log = _sweep.OutputPath is null ? null : TrialLog.Open(_sweep.OutputPath, Description());
        ITrialProposer proposer = Proposer();
        if (_rungs == 1)
            channel.Warning(FormattableString.Invariant($"`MaxTrials` {_sweep.MaxTrials} reaches no second rung, so nothing is halved: each trial trains for ")
                + FormattableString.Invariant($"{_base.Epochs:G4} epochs. Use a `MaxTrials` of {1 + _sweep.ReductionFactor} or more."));
        else if (_rungs < _sweep.Rungs)
            channel.Info(FormattableString.Invariant($"`MaxTrials` {_sweep.MaxTrials} reaches the top of {_rungs} of {_sweep.Rungs} `Rungs`, so there are ")
                + FormattableString.Invariant($"{_rungs}: the highest trains for {_base.Epochs:G4} epochs."));
        long start = _sweep.Clock.GetTimestamp();
        while (_results.Count < _sweep.MaxTrials && TimeLeft(start) != TimeSpan.Zero && proposer.Propose() is var (values, rung))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AlignmentTrialSettings settings = Settings(values, rung);
            AlignmentTrialResult? result = Recorded(log, settings) ?? Run(runner, settings, TimeLeft(start), log, cancellationToken);
            if (result is null) break; // out of time
            proposer.Update(result);
            Tell(channel, result);
        }
        if (_best is null)
            throw new InvalidOperationException(
                $"No trial of the sweep completed. {(_results.Count == 0 ? "`MaxTime` ended before the first." : $"The last: {_results[^1].Message}")}");
        if (_sweep.Algorithm == SweepAlgorithm.SuccessiveHalving && _results.Max(r => r.TrialSettings.Rung) < _rungs - 1)
            channel.Warning(FormattableString.Invariant($"The sweep ended before any trial reached the highest of {_rungs} rungs: the best one trained for ")
                + FormattableString.Invariant($"{_best.TrialSettings.Options.Epochs:G4} of {_base.Epochs:G4} epochs. Raise `MaxTime`, or lower `Rungs`."));
        AlignmentTrialResult best = _best with { Model = _best.Model ?? Reload(_best, runner, log, channel, cancellationToken) };
        _results[best.TrialSettings.TrialId] = best;
        _best = null;
        return new SweepResult(_results, best);
    }

    /// <summary>Values that the options would refuse, each as a sentence, so that no trial is begun in vain.</summary>
    private IEnumerable<string> OutOfRange()
    {
        foreach (SweepParameter parameter in _parameters)
        {
            foreach (object value in parameter.Ends)
            {
                PreferenceTrainerOptions options = _base.Copy();
                parameter.Set(options, value);
                foreach (string fault in options.Faults()) yield return $"{parameter.Name} {SweepTable.Short(value)}: {fault}";
            }
        }
    }

    /// <returns>Null where there is no limit; never below zero.</returns>
    private TimeSpan? TimeLeft(long start) =>
        _sweep.MaxTime is not { } most ? null : most - _sweep.Clock.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private ITrialProposer Proposer() => _sweep.Algorithm switch
    {
        SweepAlgorithm.Grid => new GridProposer(_parameters),
        SweepAlgorithm.SuccessiveHalving => new HalvingProposer(_parameters, _rungs, _sweep.ReductionFactor, _seed),
        _ => new RandomProposer(_parameters, _seed),
    };

    private AlignmentTrialSettings Settings(object[] values, int rung)
    {
        PreferenceTrainerOptions options = _base.Copy();
        foreach ((SweepParameter parameter, object value) in _parameters.Zip(values)) parameter.Set(options, value);
        if (_sweep.Algorithm == SweepAlgorithm.SuccessiveHalving) options.Epochs *= Math.Pow(_sweep.ReductionFactor, rung + 1 - _rungs);
        return new AlignmentTrialSettings
        {
            TrialId = _results.Count,
            Parameter = _parameters.Zip(values).ToDictionary(p => p.First.Name, p => p.Second),
            Options = options,
            Rung = rung,
        };
    }

    private AlignmentTrialResult? Recorded(TrialLog? log, AlignmentTrialSettings settings)
    {
        if (log is null || settings.TrialId >= log.Records.Count) return null;
        TrialRecord record = log.Records[settings.TrialId];
        if (!record.IsOf(settings))
            throw new InvalidDataException(
                FormattableString.Invariant($"The trials in '{_sweep.OutputPath}' do not go with this sweep: number {settings.TrialId} tried other values."));
        AlignmentTrialResult result = record.ToResult(settings);
        Add(result);
        return result;
    }

    /// <returns>Null where the time was up before the trial was through.</returns>
    private AlignmentTrialResult? Run(
        IAlignmentTrialRunner runner, AlignmentTrialSettings settings, TimeSpan? left, TrialLog? log, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(left ?? Timeout.InfiniteTimeSpan, _sweep.Clock);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        AlignmentTrialResult result;
        try
        {
            result = runner.RunAsync(settings, source.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        bool isBest = Add(result);
        log?.Append(TrialRecord.Of(result), isBest ? result.Model : null);
        return isBest ? result : result with { Model = null };
    }

    /// <summary>Keeps the best model and frees the other.</summary>
    private bool Add(AlignmentTrialResult result)
    {
        if (!result.IsBetterThan(_best))
        {
            result.Model?.Dispose();
            _results.Add(result with { Model = null });
            return false;
        }
        if (_best is not null)
        {
            _best.Model?.Dispose();
            _results[_best.TrialSettings.TrialId] = _best with { Model = null };
        }
        _best = result;
        _results.Add(result);
        return true;
    }

    /// <summary>
    /// The best trial was run by an earlier sweep into the same folder. If that ended before it had kept the trial's model, the trial is run again.
    /// </summary>
    private AlignmentTransformer? Reload(
        AlignmentTrialResult best, IAlignmentTrialRunner runner, TrialLog? log, IChannel channel, CancellationToken cancellationToken)
    {
        if (log?.BestOf(best.TrialSettings) is { } folder)
        {
            PreferenceTrainerOptions options = best.TrialSettings.Options.Copy();
            options.AdapterPath = null; // the checkpoint has all weights
            return _context.Alignment.LoadModel(folder, options);
        }
        if (log is null || best.TrialSettings.TrialId >= log.Records.Count) return null; // it was run here, by a runner that gives no models
        channel.Warning(FormattableString.Invariant($"The model of trial {best.TrialSettings.TrialId}, the best, was not kept. The trial is run again."));
        AlignmentTrialResult again = runner.RunAsync(best.TrialSettings, cancellationToken).GetAwaiter().GetResult();
        if (again.Model is { } model) log.SaveBest(TrialRecord.Of(best), model);
        return again.Model;
    }

    private string Description() => FormattableString.Invariant(
        $"{_sweep.Algorithm} by {_sweep.MetricName}, seed {_seed}, {string.Join(", ", _parameters.Select(p => p.Description))}, rungs {_rungs} by ")
            + FormattableString.Invariant($"{_sweep.ReductionFactor}, ")
        + string.Join(", ", OptionProperty.Of(_base.GetType()).Where(o => o.Type.IsValueType || o.Type == typeof(string) || o.Type == typeof(LoraOptions))
            .OrderBy(o => o.Name, StringComparer.Ordinal).Select(o => $"{o.Name} {o.Text(_base)}"));

    private void Tell(IChannel channel, AlignmentTrialResult result)
    {
        AlignmentTrialSettings settings = result.TrialSettings;
        string values = string.Join(' ', settings.Parameter.Select(p => FormattableString.Invariant($"{p.Key} {SweepTable.Short(p.Value)}")));
        string end = result.Status == AlignmentTrialStatus.Completed
            ? FormattableString.Invariant($"{(_sweep.CustomMetric is null ? $"{_sweep.Metric}" : "metric")} {result.Metric:G5}")
            : $"{result.Status}: {result.Message}";
        channel.Info(FormattableString.Invariant($"trial {settings.TrialId} of {_sweep.MaxTrials} rung {settings.Rung} epochs {settings.Options.Epochs:G4} ")
            + FormattableString.Invariant($"{values}: {end}, {result.DurationInMilliseconds / 1000:F1} s"));
        _sweep.Progress?.Report(result);
    }
}
