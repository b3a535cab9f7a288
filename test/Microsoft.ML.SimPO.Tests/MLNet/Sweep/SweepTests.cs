using Microsoft.Data.Analysis;
using Microsoft.ML.Data;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO;

/// <summary>Sweeps of the sample's model.</summary>
public sealed class SweepTests(ITestOutputHelper output)
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Train => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    private IDataView Validation => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16).Skip(8));

    [Fact]
    public void The_best_trial_and_its_model_are_kept_and_no_other()
    {
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(Train).Dispose();
        long before = LiveTensors.CountWithoutGarbage(), bytesBefore = HeapInUse();
        List<long> alive = [], bytes = [];
        void Measure(AlignmentTrialResult trial)
        {
            alive.Add(LiveTensors.Count);
            bytes.Add(HeapInUse() - bytesBefore);
        }
        using (SweepResult result =
            _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(4, o => o.Progress = new Listener<AlignmentTrialResult>(Measure))))
        {
            output.WriteLine($"bytes in use {string.Join(' ', bytes)}, weights {4 * result.BestModel.ParameterCount}");
            output.WriteLine(result.ToString());
            Assert.Equal(4, result.Trials.Count);
            Assert.Equal(result.Trials.Min(t => t.Loss), result.BestTrial.Loss);
            Assert.Equal([result.BestTrial.TrialSettings.TrialId], result.Trials.Where(t => t.Model is not null).Select(t => t.TrialSettings.TrialId));
            AlignmentMetrics again = _context.Alignment.Evaluate(result.BestModel.Transform(Validation));
            Assert.Equal((result.BestTrial.Metrics!.Accuracy, result.BestTrial.Metrics.MeanMargin), (again.Accuracy, again.MeanMargin));
            // After each trial the base and the best model are there, never more: each weight twice.
            int weights = result.BestModel.Model.Decoder.Parameters.Count;
            Assert.Equal(Enumerable.Repeat(before + (2L * weights), 4), alive);
            Assert.Equal(before + weights, LiveTensors.Count);
            // And their memory: a model that was left behind would be 6.9 MB a trial. What else is held, such as buffers of kernels and of the runtime, moves
            // by some 3 MB.
            Assert.InRange(bytes.Max() - bytes.Min(), 0, 5_000_000);
            CheckTable(result);
        }
        Assert.Equal(before, LiveTensors.Count);
    }

    /// <summary>The margin that is searched takes no part in the judgement: the log-loss is that of the margins against 0.</summary>
    [Fact]
    public void The_log_loss_has_one_meaning_whatever_target_margin_is_searched()
    {
        using SweepResult result = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), new SweepOptions
        {
            Metric = SweepMetric.LogLoss,
            Algorithm = SweepAlgorithm.Grid,
            Space = new SweepSpace().AddChoice("GammaBetaRatio", 0.1, 1.5),
        });
        double[] margins = [.. result.BestModel.Transform(Validation).GetColumn<float>("Margin").Select(m => (double)m)];
        Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(-m))), result.BestTrial.Metric, 1e-6);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_metric_of_the_callers_decides_in_its_direction(bool higher, int best)
    {
        int judged = 0;
        using SweepResult result = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(2, o =>
        {
            (o.CustomMetric, o.HigherIsBetter) = ((model, held) => held.GetColumn<string>("Prompt").Count() + judged++ + (0 * model.Beta), higher);
        }));
        Assert.Equal([8.0, 9.0], result.Trials.Select(t => t.Metric));
        Assert.Equal(best, result.BestTrial.TrialSettings.TrialId);
    }

    /// <summary>What a sweep finds is what a fit with these options gives, so sharing the base changes nothing.</summary>
    [Fact]
    public void A_trial_is_a_fit_with_its_options()
    {
        using SweepResult result = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(2));
        AlignmentTrialResult other = result.Trials.Single(t => t.Model is null);
        AlignmentTransformer Fit(AlignmentTrialResult trial) => _context.Alignment.Trainers.SimPO((SimPOTrainer.Options)trial.TrialSettings.Options).Fit(Train);
        using AlignmentTransformer best = Fit(result.BestTrial), second = Fit(other);
        Assert.Equal(result.BestTrial.Metrics!.MeanMargin, _context.Alignment.Evaluate(best.Transform(Validation)).MeanMargin);
        Assert.Equal(other.Metrics!.MeanMargin, _context.Alignment.Evaluate(second.Transform(Validation)).MeanMargin);
    }

    [Fact]
    public void A_trial_that_collapses_is_stopped_early_and_the_others_go_on()
    {
        SweepOptions sweep = Options(2, o => (o.Algorithm, o.Space) = (SweepAlgorithm.Grid, new SweepSpace().AddChoice("LearningRate", 0.05, 2e-4)));
        List<int> steps = [];
        using SweepResult result = _context.Alignment.Sweep(
            Train, Validation, QuickStartFiles.Options(o => (o.Epochs, o.Progress) = (4, new Listener<TrainingProgress>(p => steps.Add(p.Step)))), sweep);
        Assert.Equal([AlignmentTrialStatus.Diverged, AlignmentTrialStatus.Completed], result.Trials.Select(t => t.Status));
        Assert.Matches("^(the loss rose from|the chosen answers' mean log-probability fell from) .* by step [23]$", result.Trials[0].Message);
        Assert.True(steps.IndexOf(1, 1) < 8); // the first did not go through all of its eight steps
        Assert.Equal(1, result.BestTrial.TrialSettings.TrialId);
    }

    [Fact]
    public void A_sweep_that_was_cancelled_goes_on_where_it_was_with_the_same_result()
    {
        using var folder = new Checkpoints.TempFolder();
        using SweepResult whole = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(3));
        using var source = new CancellationTokenSource();
        string path = Path.Combine(folder.Path, "sweep");
        Assert.Throws<OperationCanceledException>(() => _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(),
            Options(3, o => (o.OutputPath, o.Progress) = (path, new Listener<AlignmentTrialResult>(t => Cancel(t.TrialSettings.TrialId == 1)))), source.Token));
        // A line that was cut off is dropped.
        string log = Path.Combine(path, "trials.jsonl");
        Assert.Equal(3, File.ReadLines(log).Count());
        File.AppendAllText(log, "{\"Trial\":2,\"Ru");
        int fits = 0;
        using SweepResult rest = _context.Alignment.Sweep(Train, Validation,
            QuickStartFiles.Options(o => o.Progress = new Listener<TrainingProgress>(p => fits += p.Step == 1 ? 1 : 0)), Options(3, o => o.OutputPath = path));
        Assert.Equal(1, fits);
        Assert.Equal(whole.Trials.Select(t => (t.Metric, t.Metrics!.MeanMargin)), rest.Trials.Select(t => (t.Metric, t.Metrics!.MeanMargin)));
        Assert.Equal(whole.BestTrial.TrialSettings.TrialId, rest.BestTrial.TrialSettings.TrialId);
        Assert.Equal(_context.Alignment.Evaluate(whole.BestModel.Transform(Validation)).MeanMargin,
            _context.Alignment.Evaluate(rest.BestModel.Transform(Validation)).MeanMargin);
        // All of it from the disk.
        using SweepResult again = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(3, o => o.OutputPath = path));
        Assert.Equal(whole.BestModel.Generate(["Where is my order 1234?"]), again.BestModel.Generate(["Where is my order 1234?"]));
        // Another sweep does not mix with it.
        string message = Assert.Throws<InvalidOperationException>(
            () => _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(o => o.Beta = 3), Options(3, o => o.OutputPath = path))).Message;
        Assert.StartsWith($"'{log}' holds the trials of another sweep. Use another `OutputPath`, or delete it.", message, StringComparison.Ordinal);

        void Cancel(bool now)
        {
            if (now) source.Cancel();
        }
    }

    /// <summary>As after a kill between the line of the best trial and its model: the folder holds an earlier best, or a model of somebody else's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_in_the_folder_that_is_not_the_best_trials_is_never_taken_for_it(bool ofOtherTrial)
    {
        using var folder = new Checkpoints.TempFolder();
        string path = folder.File("sweep"), best = Path.Combine(path, "best"), trial = Path.Combine(best, "trial.json");
        double margin;
        using (SweepResult whole = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(2, o => o.OutputPath = path)))
            margin = _context.Alignment.Evaluate(whole.BestModel.Transform(Validation)).MeanMargin;
        string[] lines = File.ReadAllLines(Path.Combine(path, "trials.jsonl"));
        string other = lines[1..].Single(line => line != File.ReadAllText(trial));
        using (AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options())) untuned.SaveCheckpoint(best);
        if (ofOtherTrial) File.WriteAllText(trial, other);
        else File.Delete(trial);
        int fits = 0;
        void Sweep()
        {
            using SweepResult rest = _context.Alignment.Sweep(Train, Validation,
                QuickStartFiles.Options(o => o.Progress = new Listener<TrainingProgress>(p => fits += p.Step == 1 ? 1 : 0)),
                Options(2, o => o.OutputPath = path));
            Assert.Equal(margin, _context.Alignment.Evaluate(rest.BestModel.Transform(Validation)).MeanMargin);
        }
        Sweep();
        Assert.Equal(1, fits); // that of the best, again
        Assert.NotEqual(other, File.ReadAllText(trial));
        Sweep();
        Assert.Equal(1, fits); // it was kept
    }

    [Fact]
    public void Two_sweeps_do_not_write_to_one_folder()
    {
        using var folder = new Checkpoints.TempFolder();
        string path = folder.File("sweep");
        string? message = null;
        void SweepInside(AlignmentTrialResult trial) => message ??= Assert.Throws<IOException>(
            () => _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(1, o => o.OutputPath = path))).Message;
        using SweepResult result = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(),
            Options(1, o => (o.OutputPath, o.Progress) = (path, new Listener<AlignmentTrialResult>(SweepInside))));
        Assert.Equal($"Another sweep writes to '{path}'. Wait for its end, or give another `OutputPath`.", message);
        using SweepResult again = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(), Options(1, o => o.OutputPath = path));
        Assert.Equal(result.BestTrial.Metric, again.BestTrial.Metric);
    }

    [Fact]
    public void The_rank_of_an_adapter_can_be_searched()
    {
        SweepOptions sweep = Options(2, o => (o.Algorithm, o.Space) = (SweepAlgorithm.Grid, new SweepSpace().AddChoice("Lora.Rank", 2, 8)));
        using SweepResult result = _context.Alignment.Sweep(Train, Validation, QuickStartFiles.Options(o => o.LearningRate = 1e-3), sweep);
        Assert.Equal([2, 8], result.Trials.Select(t => t.TrialSettings.Options.Lora!.Rank));
        Assert.All(result.Trials, t => Assert.Equal(AlignmentTrialStatus.Completed, t.Status));
        Assert.NotEqual(result.Trials[0].Metrics!.MeanMargin, result.Trials[1].Metrics!.MeanMargin);
        Assert.Equal(
            ["2", "8"], result.ToDataFrame()["Lora.Rank"].Cast<double?>().Select(v => v!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(30)]
    public void Memory_is_flat_over_many_trials(int trials) => MeasureMemory(trials);

    private void MeasureMemory(int trials)
    {
        IDataView train = _context.Data.TakeRows(_context.Alignment.LoadPreferences(QuickStartFiles.PathOf("data", "train.jsonl")), 16 * trials);
        IDataView test = _context.Data.TakeRows(_context.Alignment.LoadPreferences(QuickStartFiles.Test), 5 * trials);
        SimPOTrainer.Options options = QuickStartFiles.Options(o => (o.BatchSize, o.TokensPerMicroBatch) = (16, 1024));
        List<(double Resident, double InUse)> memory = [];
        SweepOptions sweep = Options(trials,
            o => o.Progress = new Listener<AlignmentTrialResult>(t => memory.Add((t.MemoryInMegaByte, NativeHeap.IsKnown ? NativeHeap.BytesInUse / 1e6 : 0))));
        using SweepResult result = _context.Alignment.Sweep(train, test, options, sweep);
        output.WriteLine($"{trials} trials: megabytes resident (in use) "
            + $"{string.Join(' ', memory.Select(m => FormattableString.Invariant($"{m.Resident:F0} ({m.InUse:F1})")))}");
        output.WriteLine(result.ToString());
        // The least of each half: what a collection has not taken yet goes up and down, a leak only up. The first trial warms up.
        double early = memory[1..(trials / 2)].Min(m => m.Resident), late = memory[(trials / 2)..].Min(m => m.Resident);
        // The model has 6.9 MB of weights; one that was left behind a trial would add 28 MB with gradients and moments.
        Assert.True(late - early < 10 + (3 * trials), $"resident memory grew from {early:F0} to {late:F0} MB");
        Assert.InRange(memory[(trials / 2)..].Min(m => m.InUse) - memory[1..(trials / 2)].Min(m => m.InUse), -5, 2);
    }

    private static long HeapInUse() => NativeHeap.IsKnown ? NativeHeap.BytesInUse : 0;

    private void CheckTable(SweepResult result)
    {
        DataFrame frame = result.ToDataFrame();
        Assert.Equal(["Trial", "Rung", "Epochs", "LearningRate", "LossType", "Status", "Metric", "Accuracy", "MeanMargin", "LogLoss", "ChosenLogProbability",
            "Seconds", "MemoryInMegaByte"], frame.Columns.Select(c => c.Name));
        Assert.Equal(result.Trials.Count, frame.Rows.Count);
        Assert.Equal(result.Trials.Select(t => (double?)t.Metrics!.Accuracy), frame["Accuracy"].Cast<double?>());
        string[] lines = result.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(result.Trials.Count + 1, lines.Length);
        Assert.StartsWith($"{result.BestTrial.TrialSettings.TrialId} ", lines[1].TrimStart(), StringComparison.Ordinal);
        Assert.EndsWith("best", lines[1], StringComparison.Ordinal);
    }

    private static SweepOptions Options(int trials, Action<SweepOptions>? change = null)
    {
        var options = new SweepOptions { MaxTrials = trials, Space = new SweepSpace().Add("LearningRate", 2e-5, 4e-4, logScale: true)
            .AddChoice("LossType", "Sigmoid", "Hinge"), Seed = 4 };
        change?.Invoke(options);
        return options;
    }
}
