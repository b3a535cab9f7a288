using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

public sealed class IterationRunTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    private IDataView Prompts => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(6));

    private static IterationOptions Options => new()
    {
        Rounds = 2, MaxNewTokens = 6,
        Pairs = new PairMakingOptions { Samples = 4, Generation = new GenerationOptions { Sample = true, MaxNewTokens = 6, Seed = 3 } },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_round_begins_with_the_model_of_the_one_before()
    {
        IterationResult result = Run(_folder.File("rounds"), Rising());
        Assert.Equal([1, 2], result.Rounds.Select(r => r.Round));
        Assert.Equal((0, 2), (result.StartVerdict, result.Best!.Round));
        Assert.Equal(_folder.File("rounds", "round-2", "model"), result.ModelPath);
        Assert.StartsWith("start 0.000, round 1 1.000 (", result.ToString(), StringComparison.Ordinal);
        using AlignmentTransformer start = _context.Alignment.LoadModel(QuickStartFiles.Model);
        using AlignmentTransformer first = _context.Alignment.LoadModel(_folder.File("rounds", "round-1", "model"));
        using AlignmentTransformer second = _context.Alignment.LoadModel(result.ModelPath!);
        Assert.NotEqual(TunedModel.Weights(start), TunedModel.Weights(first));
        Assert.NotEqual(TunedModel.Weights(first), TunedModel.Weights(second));
        var pairs = (string round) => File.ReadAllText(_folder.File("rounds", round, "pairs.jsonl"));
        Assert.NotEqual(pairs("round-1"), pairs("round-2"));
    }

    [Fact]
    public void It_ends_when_the_verdict_no_longer_rises()
    {
        int verdicts = 0;
        IterationResult result = Run(_folder.File("rounds"), (_, answer, isHeld) => isHeld ? verdicts++ < 6 ? 1 : 0 : answer.Length);
        Assert.Equal((1, 1.0, 0.0), (result.Rounds.Count, result.StartVerdict, result.Rounds[0].Verdict));
        Assert.Null(result.Best);
        Assert.Null(result.ModelPath);
        Assert.EndsWith("; no round is better than the start", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_broken_off_ends_as_one_that_was_not() => BreakOff(3);

    [Fact]
    [Trait("Category", "Long")]
    public void A_run_that_was_broken_off_a_hundred_times_ends_as_one_that_was_not() => BreakOff(100);

    [Fact]
    public void A_judge_that_fails_loses_nothing_and_is_asked_nothing_twice()
    {
        int calls = 0;
        var failing = new JudgingClient(_ => ++calls == 3 ? throw new InvalidOperationException("busy") : "A");
        IterationOptions options = Options;
        (options.Rounds, options.Judge) = (1, failing);
        SimPOTrainer.Options trainer = QuickStartFiles.Options(o => (o.LearningRate, o.Epochs) = (3e-3, 6)); // so that other answers come of it
        IterationResult result = _context.Alignment.Iterate(trainer, Prompts, (_, a) => a.Length, _folder.File("rounds"), options);
        Assert.Equal((0.5, 0.5), (result.StartVerdict, result.Rounds[0].Verdict)); // who always says A, says nothing
        int asked = failing.Requests.Count;
        Assert.InRange(asked, 3, int.MaxValue);
        Assert.Equal(asked - 1, failing.Requests.Distinct().Count()); // the call that failed was made again
        IterationResult again = _context.Alignment.Iterate(trainer, Prompts, (_, a) => a.Length, _folder.File("rounds"), options);
        Assert.Equal((asked, result.ToString()), (failing.Requests.Count, again.ToString()));
    }

    /// <summary>Ended at a step of the training, in the middle of sampling, scoring or judging, and begun anew until it comes to its end.</summary>
    private void BreakOff(int times)
    {
        string whole = _folder.File("whole"), broken = _folder.File("broken");
        IterationResult expected = Run(whole, Rising());
        var random = new Random(7);
        int ended = 0;
        while (ended < times)
        {
            string folder = broken + ended;
            for (bool isOver = false; !isOver;)
            {
                using var cancellation = new CancellationTokenSource();
                int left = ended < times ? random.Next(1, 60) : int.MaxValue;
                void Tick()
                {
                    if (--left == 0) cancellation.Cancel();
                }
                SimPOTrainer.Options trainer = QuickStartFiles.Options(o => o.Progress = new Listener<TrainingProgress>(_ => Tick()));
                try
                {
                    Func<string, string, bool, double> rising = Rising();
                    IterationResult result = Run(folder, (p, a, h) =>
                    {
                        Tick();
                        cancellation.Token.ThrowIfCancellationRequested();
                        return rising(p, a, h);
                    }, trainer, cancellation.Token);
                    Assert.Equal(expected.ToString(), result.ToString());
                    isOver = true;
                }
                catch (OperationCanceledException)
                {
                    ended++;
                }
            }
            foreach (string round in new[] { "round-1", "round-2" })
            {
                foreach (string file in new[] { "pairs.jsonl", "model/model.safetensors", "round.json" })
                    Assert.Equal(File.ReadAllBytes(Path.Combine(whole, round, file)), File.ReadAllBytes(Path.Combine(folder, round, file)));
            }
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Longer answers are better; of held-out prompts the verdict is 0 before, and the number of the round after it.</summary>
    private Func<string, string, bool, double> Rising() => (_, answer, isHeld) => !isHeld ? answer.Length : _round;

    private int _round;

    private IterationResult Run(
        string folder, Func<string, string, bool, double> score, SimPOTrainer.Options? trainer = null, CancellationToken cancellation = default)
    {
        IterationOptions options = Options;
        HashSet<string> held = [.. QuickStartFiles.Pairs(12)[6..].Select(p => p.Prompt)];
        options.HeldOut = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(12)[6..]);
        return _context.Alignment.Iterate(trainer ?? QuickStartFiles.Options(), Prompts, (prompt, answer) =>
        {
            // Which round it is follows from what lies in the folder, whatever was broken off.
            _round = File.Exists(Path.Combine(folder, "round-2", "pairs.jsonl")) ? 2 : File.Exists(Path.Combine(folder, "round-1", "pairs.jsonl")) ? 1 : 0;
            return score(prompt, answer, held.Contains(prompt));
        }, folder, options, cancellation);
    }
}
