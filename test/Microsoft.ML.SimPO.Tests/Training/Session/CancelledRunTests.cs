using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Training.State;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>
/// A run that is cancelled at any moment, in a step, a callback, an evaluation, a line of the log or a checkpoint, goes on to the bits of one that was not.
/// </summary>
public sealed class CancelledRunTests(ITestOutputHelper output) : IDisposable
{
    private readonly Data.TemporaryFolder _folder = new();
    private int _runs;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cancelled_at_any_moment_and_again_it_ends_as_if_it_had_not_been(int seed) => Cancel(seed, every: 3);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(ManySeeds))]
    public void So_it_does_at_every_moment_with_many_settings(int seed) => Cancel(seed, every: 1);

    public static TheoryData<int> ManySeeds() => [.. Enumerable.Range(1, 60)];

    /// <summary>At a moment by a token that is cancelled or by an exception, then again by the other at a moment by chance, then to its end.</summary>
    private void Cancel(int seed, int every)
    {
        var random = new Random(seed);
        SessionSettings settings = RandomSettings(random);
        string wholeFolder = NewFolder();
        using var counter = new Moments(stopAt: null, throws: false);
        using SmallRun whole = Make(settings, wholeFolder, counter);
        TrainingRun expected = whole.Run();
        for (int moment = 1 + (seed % every); moment <= counter.Seen; moment += every)
        {
            bool throws = random.Next(2) == 0;
            string folder = NewFolder();
            Cancel(settings, folder, moment, throws);
            Cancel(settings, folder, random.Next(1, counter.Seen), !throws);
            using var undisturbed = new Moments(stopAt: null, throws: false);
            using SmallRun last = Make(settings, folder, undisturbed);
            TrainingRun found = last.Run();
            string what = FormattableString.Invariant($"settings {settings}, moment {moment} of {counter.Seen}, throws {throws}");
            Assert.True(Summary(expected).SequenceEqual(Summary(found)), what);
            Assert.True(whole.Weights().Zip(last.Weights()).All(w => w.First.AsSpan().SequenceEqual(w.Second)), what);
            Assert.True(Figures(wholeFolder).SequenceEqual(Figures(folder)), what);
            Assert.True(NewestHashes(wholeFolder).SequenceEqual(NewestHashes(folder)), what);
            Directory.Delete(folder, recursive: true);
        }
        output.WriteLine(FormattableString.Invariant($"every {every}. of {counter.Seen} moments cancelled, and again by chance, with {settings}"));
    }

    private static SessionSettings RandomSettings(Random random) => new()
    {
        Diagnosed = new(2, 3e-3),
        EvaluationSteps = random.Next(0, 3),
        SaveSteps = random.Next(0, 4),
        SaveTotalLimit = random.Next(0, 3),
        KeepsBest = random.Next(2) == 0,
        EarlyStoppingPatience = random.Next(2) == 0 ? 0 : 2,
        SaveOnCancel = random.Next(4) > 0,
        MetricForBestModel = (BestModelMetric)random.Next(3),
    };

    private static void Cancel(SessionSettings settings, string folder, int moment, bool throws)
    {
        using var moments = new Moments(moment, throws);
        using SmallRun run = Make(settings, folder, moments);
        try
        {
            run.Run(moments.Token);
        }
        catch (OperationCanceledException)
        {
            // What was to be.
        }
    }

    private static SmallRun Make(SessionSettings settings, string folder, Moments moments)
    {
        var run = new SmallRun { Folder = folder, Resumes = true };
        run.Settings = settings with { Progress = new Listener(moments.Pass) };
        run.OnLog = _ => moments.Pass();
        run.OnSave = moments.Pass;
        run.Loss = _ =>
        {
            moments.Pass(); // before the evaluation
            double loss = run.SumOfWeights() * 1e4 % 1; // by chance, but the same for the same bits
            moments.Pass(); // after it
            return loss;
        };
        return run;
    }

    private string NewFolder() => Path.Combine(_folder.Path, FormattableString.Invariant($"run-{_runs++}"));

    private static IEnumerable<object?> Summary(TrainingRun run) =>
    [
        .. run.Steps.Select(s => (s.Step, s.TotalSteps, s.Epoch, s.Loss, s.GradientNorm, s.LearningRate, s.Margin)).Cast<object?>(),
        .. run.Validations.Select(v => (v.Step, v.Epoch, v.Loss)).Cast<object?>(), .. run.Findings, run.RestoredStep, run.StoppedEarly, run.Seed,
    ];

    /// <summary>The lines of a log without what the clock says.</summary>
    private static IEnumerable<string> Figures(string output) =>
        from line in File.ReadLines(Path.Combine(output, RunFolder.LogName))
        let fields = JsonDocument.Parse(line).RootElement.EnumerateObject().Where(p => p.Name is not ("elapsed_seconds" or "tokens_per_second"))
        select string.Join(' ', fields.Select(f => f.ToString()));

    private static IEnumerable<string> NewestHashes(string output)
    {
        string newest = Path.Combine(output, RunFolder.CheckpointName(RunFolder.CheckpointsIn(output)[^1]));
        string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(newest, file))));
        return [newest[output.Length..], Hash("model.safetensors"), Hash(OptimizerFile.Name)];
    }

    /// <summary>Counts the moments of a run and ends it at one of them.</summary>
    private sealed class Moments(int? stopAt, bool throws) : IDisposable
    {
        private readonly CancellationTokenSource _source = new();

        public int Seen { get; private set; }

        public CancellationToken Token => _source.Token;

        public void Dispose() => _source.Dispose();

        public void Pass()
        {
            if (++Seen != stopAt) return;
            _source.Cancel();
            if (throws) throw new OperationCanceledException();
        }
    }

    private sealed class Listener(Action pass) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => pass();
    }
}
