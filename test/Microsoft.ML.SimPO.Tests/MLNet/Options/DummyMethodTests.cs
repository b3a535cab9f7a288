using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>What a method has for a loss, a reward and options: nothing else in the library knows that it is there.</summary>
public sealed class DummyMethodTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Pairs => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    [Fact]
    public void It_trains_and_evaluates_by_its_own_reward_and_margin()
    {
        using AlignmentTransformer model = Train();
        Assert.Equal(2, model.TrainingRun.Steps.Count);
        Assert.Equal(0.75, model.TargetMargin, 1e-7);
        PreferenceEncoder encoder = QuickStartFiles.Encoder();
        EncodedPrompt[] pairs = [.. QuickStartFiles.Pairs(8).Select((p, i) => encoder.Encode(p.Prompt, p.Chosen, p.Rejected, i + 1)!)];
        GroupScore[] scores = new GroupEvaluator(model.Model.Decoder, 4096).Score(pairs, CancellationToken.None);
        float[] rewards = [.. model.Transform(Pairs).GetColumn<float>("ChosenReward")];
        Assert.All(rewards.Zip(scores), pair => Assert.Equal(0.2 * pair.Second.Chosen.Sum / 10, pair.First, 1e-4));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(model.Transform(Pairs)); // by the margin that goes with the scores
        double[] margins = [.. scores.Select(s => 0.02 * (s.Chosen.Sum - s.Rejected.Sum))];
        Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(0.75 - m))), metrics.LogLoss, 1e-4);
        Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(-m))), _context.Alignment.Evaluate(model.Transform(Pairs), targetMargin: 0).LogLoss, 1e-4);
    }

    [Fact]
    public void It_is_saved_with_its_reward_and_loads_where_that_is_registered()
    {
        using AlignmentTransformer model = Train();
        using var folder = new Checkpoints.TempFolder();
        string zip = Path.Combine(folder.Path, "dummy.zip");
        _context.Model.Save(model, Pairs.Schema, zip);
        var stranger = new MLContext();
        stranger.ComponentCatalog.RegisterAssembly(typeof(DummyReward).Assembly);
        using var loaded = (AlignmentTransformer)stranger.Model.Load(zip, out _);
        Assert.Equal(new DummyReward(0.2f), loaded.Options.Reward);
        Assert.Equal((model.TargetMargin, "Dummy"), (loaded.TargetMargin, loaded.Options.Method));
        Assert.Equal(model.Transform(Pairs).GetColumn<float>("Score"), loaded.Transform(Pairs).GetColumn<float>("Score"));
    }

    [Fact]
    public void Its_options_are_checked_searched_and_printed()
    {
        Assert.Equal(
            "`WantedMargin` must be greater than 0, but was -1. Use 0.5 to 2. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => new DummyTrainer(_context, Options(o => o.WantedMargin = -1))).Message);
        using SweepResult sweep = _context.Alignment.Sweep(Pairs, Pairs, Options(), new SweepOptions { MaxTrials = 2, Space = SweepSpace.Of("WantedMargin") });
        Assert.All(sweep.Trials, t => Assert.InRange(((DummyTrainer.Options)t.TrialSettings.Options).WantedMargin, 0.5, 2));
        Assert.Contains("WantedMargin", sweep.ToString().Split(Environment.NewLine)[0], StringComparison.Ordinal);
        Assert.Equal(["Beta", "LearningRate", "WantedMargin"], SweepSpace.Default.For(typeof(DummyTrainer.Options), out _).Select(p => p.Name).Order());
    }

    [Fact]
    public void A_run_of_it_is_told_from_one_of_another_method()
    {
        Dictionary<string, string> deciding = RunSettings.Deciding(Options());
        Assert.Equal(("Dummy", "0.75"), (deciding["method"], deciding["WantedMargin"]));
        Assert.DoesNotContain("method", RunSettings.Deciding(QuickStartFiles.Options()).Keys);
    }

    private AlignmentTransformer Train() => new DummyTrainer(_context, Options()).Fit(Pairs);

    private static DummyTrainer.Options Options(Action<DummyTrainer.Options>? change = null)
    {
        var options = new DummyTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, Beta = 0.2f, WantedMargin = 0.75f, LearningRate = 1e-5, BatchSize = 4, MaxLength = 256,
            MaxPromptLength = 200, Seed = 5,
        };
        change?.Invoke(options);
        return options;
    }
}
