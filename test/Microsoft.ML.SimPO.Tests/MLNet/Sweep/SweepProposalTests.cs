namespace Microsoft.ML.SimPO;

public sealed class SweepProposalTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));

    [Fact]
    public void A_grid_tries_every_combination_once()
    {
        var space = new SweepSpace().Add("Beta", 1, 4, gridPoints: 2).AddChoice("LossType", "Sigmoid", SimPOLossType.Hinge)
            .Add("BatchSize", 2, 32, logScale: true);
        FakeRunner runner = Run(new SweepOptions { Algorithm = SweepAlgorithm.Grid, Space = space, MaxTrials = 100 }, _ => 0);
        Assert.Equal(
            from beta in new[] { 1f, 4f } from type in new[] { SimPOLossType.Sigmoid, SimPOLossType.Hinge } from batch in new[] { 2, 8, 32 }
                select (beta, type, batch),
            runner.Ran.Select(s => (s.Options.Beta, Own(s).LossType, s.Options.BatchSize)));
        Assert.Equal(Enumerable.Range(0, 12), runner.Ran.Select(s => s.TrialId));
        Assert.Equal(8, runner.Ran[1].Parameter["BatchSize"]);
    }

    [Fact]
    public void Random_values_fill_their_ranges_and_depend_on_the_seed_alone()
    {
        var space = new SweepSpace().Add("LearningRate", 1e-6, 1e-2, logScale: true).Add("GammaBetaRatio", 0, 2);
        FakeRunner Sweep(int seed) => Run(new SweepOptions { Space = space, MaxTrials = 200, Seed = seed }, _ => 0);
        List<AlignmentTrialSettings> ran = Sweep(3).Ran;
        Assert.All(ran, s => Assert.InRange(s.Options.LearningRate, 1e-6, 1e-2));
        // Half below the middle of the scale, to three standard deviations.
        Assert.InRange(ran.Count(s => s.Options.LearningRate < 1e-4), 79, 121);
        Assert.InRange(ran.Count(s => Own(s).GammaBetaRatio < 1), 79, 121);
        Assert.Equal(ran.Select(s => s.Options.LearningRate), Sweep(3).Ran.Select(s => s.Options.LearningRate));
        Assert.NotEqual(ran.Select(s => s.Options.LearningRate), Sweep(4).Ran.Select(s => s.Options.LearningRate));
    }

    /// <summary>With eta 2 and three rungs: two trials below, then the better one goes up, and so on; the top is reached by the best of four.</summary>
    [Fact]
    public void Successive_halving_promotes_the_best_and_trains_them_longer()
    {
        double[] losses = [0.5, 0.3, 0.2, 0.4];
        int started = 0;
        Dictionary<double, double> known = [];
        FakeRunner runner = Run(
            new SweepOptions { Algorithm = SweepAlgorithm.SuccessiveHalving, Space = new SweepSpace().Add("Beta", 1, 10), MaxTrials = 7, ReductionFactor = 2,
                Rungs = 3 },
            s => known.TryGetValue(s.Options.Beta, out double loss) ? loss : known[s.Options.Beta] = losses[started++],
            epochs: 2);
        // Two begin; the better one, 0.3, goes up. The third, 0.2, is better than both and follows; of the two in rung 1 it goes on to the top, and a fourth
        // begins.
        Assert.Equal([0.5, 0.3, 0.3, 0.2, 0.2, 0.2, 0.4], runner.Ran.Select(s => known[s.Options.Beta]));
        Assert.Equal([0, 0, 1, 0, 1, 2, 0], runner.Ran.Select(s => s.Rung));
        Assert.Equal([0.5, 0.5, 1, 0.5, 1, 2, 0.5], runner.Ran.Select(s => s.Options.Epochs));
    }

    /// <summary>Three trials reach the top of one rung alone, four that of two by threes: each at least trains to its end then.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(12, 2)]
    [InlineData(13, 3)]
    [InlineData(1000, 3)]
    public void Rungs_are_planned_from_the_budget(int trials, int rungs) => Assert.Equal(rungs, HalvingProposer.RungsWithin(trials, eta: 3, most: 3));

    /// <summary>What .NET would convert all the same, to another value than was meant.</summary>
    [Theory]
    [InlineData("LearningRate", "0,001", "`LearningRate` is of type Double: the text \"0,001\" is no value of it.")]
    [InlineData("LearningRate", "0.001", "`LearningRate` is of type Double: the text \"0.001\" is no value of it.")]
    [InlineData("LearningRate", true, "`LearningRate` is of type Double: True is no value of it.")]
    [InlineData("BatchSize", 2.6, "`BatchSize` is of type Int32: 2.6 is no value of it.")]
    [InlineData("BatchSize", 1e10, "`BatchSize` is of type Int32: 10000000000 is no value of it.")]
    [InlineData("BatchSize", '8', "`BatchSize` is of type Int32: 8 is no value of it.")]
    [InlineData("Beta", 1e300, "`Beta` is of type Single: 1E+300 is no value of it.")]
    [InlineData("GradientCheckpointing", 2, "`GradientCheckpointing` is of type Boolean: 2 is no value of it.")]
    [InlineData("LossType", "1", "`LossType` is of type SimPOLossType: 1 is no value of it.")]
    [InlineData("LossType", "Sigmoid,Hinge", "`LossType` is of type SimPOLossType: Sigmoid,Hinge is no value of it.")]
    [InlineData("LossType", (SimPOLossType)7, "`LossType` is of type SimPOLossType: 7 is no value of it.")]
    [InlineData("Lora.Rank", "8", "`Lora.Rank` is of type Int32: the text \"8\" is no value of it.")]
    [InlineData("LearningRate", null, "`LearningRate` is of type Double: null is no value of it.")]
    public void A_choice_that_would_become_another_value_is_refused(string option, object? value, string message) => Assert.Equal(
        $"{message} (Parameter 'sweep')",
        Assert.Throws<ArgumentException>(() => Run(new SweepOptions { Space = new SweepSpace().AddChoice(option, value!) }, _ => 0)).Message);

    [Theory]
    [InlineData("BatchSize", 8.0, 8)]
    [InlineData("Beta", 2, 2f)]
    [InlineData("Beta", 2.5, 2.5f)]
    [InlineData("LossType", "hinge", SimPOLossType.Hinge)]
    public void A_choice_of_another_type_with_the_same_value_is_taken(string option, object value, object expected) =>
        Assert.Equal(expected, Assert.Single(SweepParameter.Choice(typeof(SimPOTrainer.Options), option, [value]).Grid()));

    [Fact]
    public void A_budget_below_the_rungs_trains_every_trial_to_its_end_and_says_so()
    {
        List<string> warnings = [];
        _context.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        FakeRunner runner = Run(new SweepOptions { Algorithm = SweepAlgorithm.SuccessiveHalving, MaxTrials = 3 }, s => s.TrialId, epochs: 2);
        Assert.All(runner.Ran, s => Assert.Equal((0, 2.0), (s.Rung, s.Options.Epochs)));
        Assert.Equal(["`MaxTrials` 3 reaches no second rung, so nothing is halved: each trial trains for 2 epochs. Use a `MaxTrials` of 4 or more."], warnings);
    }

    [Fact]
    public void Nothing_is_tried_twice_and_a_space_that_is_used_up_ends_the_sweep()
    {
        foreach (SweepAlgorithm algorithm in new[] { SweepAlgorithm.Random, SweepAlgorithm.Grid })
        {
            SweepSpace space = new SweepSpace().AddChoice("BatchSize", 2, 4, 4.0).AddChoice("Beta", 1, 2);
            FakeRunner runner = Run(new SweepOptions { Algorithm = algorithm, Space = space, MaxTrials = 50 }, _ => 0);
            Assert.Equal([(2, 1f), (2, 2f), (4, 1f), (4, 2f)], runner.Ran.Select(s => (s.Options.BatchSize, s.Options.Beta)).Order());
        }
    }

    [Fact]
    public void Values_that_no_trial_could_begin_with_are_refused_before_the_first()
    {
        var sweep = new SweepOptions { Space = new SweepSpace().Add("LearningRate", -1, 1e-3).AddChoice("BatchSize", 8, 0).AddChoice("Epochs", "0,5") };
        int ran = 0;
        Assert.Equal("`Epochs` is of type Double: the text \"0,5\" is no value of it. (Parameter 'sweep')",
            Assert.Throws<ArgumentException>(() => Run(sweep, _ => ran++)).Message);
        sweep.Space.AddChoice("Epochs", 0.5);
        Assert.Equal("LearningRate -1: `LearningRate` must be greater than 0, but was -1. Use 3e-7 to 1e-6 for large models." + Environment.NewLine
            + "BatchSize 0: `BatchSize` must be at least 1, but was 0. Use 8 to 128. (Parameter 'sweep')",
            Assert.Throws<ArgumentException>(() => Run(sweep, _ => ran++)).Message);
        Assert.Equal(0, ran);
    }

    [Fact]
    public void Trials_that_went_astray_are_never_promoted_and_do_not_end_the_sweep()
    {
        FakeRunner runner = Run(new SweepOptions { Algorithm = SweepAlgorithm.SuccessiveHalving, MaxTrials = 9, ReductionFactor = 2, Rungs = 2 },
            s => s.TrialId == 8 ? 1 : double.NaN);
        Assert.All(runner.Ran, s => Assert.Equal(0, s.Rung));
        string message = Assert.Throws<InvalidOperationException>(() => Run(new SweepOptions { MaxTrials = 2 }, _ => double.NaN)).Message;
        Assert.Equal("No trial of the sweep completed. The last: it went astray", message);
    }

    [Fact]
    public void The_time_is_a_budget_and_what_runs_when_it_ends_is_given_up()
    {
        (int started, FakeRunner runner) = RunFor(seconds: 10, ofTrial: 3);
        Assert.Equal((4, 3), (started, runner.Ran.Count)); // the fourth would end after 12 seconds
        (started, runner) = RunFor(seconds: 9, ofTrial: 3);
        Assert.Equal((3, 2), (started, runner.Ran.Count)); // what ends with the time ends too late
        string message = Assert.Throws<InvalidOperationException>(() => RunFor(seconds: 2, ofTrial: 3)).Message;
        Assert.Equal("No trial of the sweep completed. `MaxTime` ended before the first.", message);
    }

    private (int Started, FakeRunner Runner) RunFor(int seconds, int ofTrial)
    {
        var clock = new ManualClock();
        int started = 0;
        FakeRunner runner = Run(new SweepOptions { MaxTrials = 1000, MaxTime = TimeSpan.FromSeconds(seconds), Clock = clock }, _ =>
        {
            started++;
            clock.Advance(TimeSpan.FromSeconds(ofTrial));
            return 1;
        });
        return (started, runner);
    }

    [Fact]
    public void Faults_of_the_options_are_told_at_once()
    {
        var options = new SweepOptions
        {
            Space = new SweepSpace(), Algorithm = (SweepAlgorithm)5, Metric = (SweepMetric)6, MaxTrials = 0, MaxTime = TimeSpan.Zero, ReductionFactor = 1,
            Rungs = 1, MaxLossRatio = 1,
            MaxChosenLogProbabilityDrop = double.NaN,
        };
        string[] expected =
        [
            "`Space` must name what to search, but was empty. Use SweepSpace.Default.",
            "`Algorithm` must be Random, Grid or SuccessiveHalving, but was 5.",
            "`Metric` must be one of Accuracy, LogLoss, MeanMargin, ValidationLoss, but was 6.",
            "`MaxTrials` must be at least 1, but was 0. Use 30.",
            "`MaxTime` must be above 0, but was 00:00:00. Use null for no limit.",
            "`ReductionFactor` must be at least 2, but was 1. Use 3.",
            "`Rungs` must be at least 2, but was 1. Use 3.",
            "`MaxLossRatio` must be above 1, but was 1. Use 3.",
            "`MaxChosenLogProbabilityDrop` must be above 0, but was NaN. Use 1. (Parameter 'sweep')",
        ];
        Assert.Equal(string.Join(Environment.NewLine, expected), Assert.Throws<ArgumentException>(() => Run(options, _ => 0)).Message);
    }

    [Fact]
    public void Faults_of_a_range_are_told_where_they_are_made()
    {
        string Fault(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message.Split(" (Parameter")[0];
        Assert.Equal("The range of `Beta` must rise, but was 3 to 3.", Fault(() => new SweepSpace().Add("Beta", 3, 3)));
        Assert.Equal(
            "The range of `LearningRate` must rise from above 0, but was 0 to 1.", Fault(() => new SweepSpace().Add("LearningRate", 0, 1, logScale: true)));
        Assert.Equal("The grid of `Beta` must have at least 2 points, but had 1.", Fault(() => new SweepSpace().Add("Beta", 1, 3, gridPoints: 1)));
        Assert.Equal("`BatchSize` must have values to choose from, but had none.", Fault(() => new SweepSpace().AddChoice("BatchSize")));
    }

    [Fact]
    public void What_the_trainers_options_have_not_is_told_at_once_when_a_sweep_begins()
    {
        SweepSpace space = SweepSpace.Of("ModelPath", "Shuffle").Add("Speed", 0, 1).Add("OutputPath", 0, 1).AddChoice("BatchSize", "many")
            .AddChoice("Lora.Size", 3).Add("learningRate", 1e-5, 1e-3).Add("Gamma", 0, 1);
        string[] expected =
        [
            "`ModelPath` is no option that has a range of its own. Use Add.",
            "`Shuffle` is no option that has a range of its own. Use Add.",
            "`Speed` is not an option of SimPOTrainer.",
            "`OutputPath` is no number: add it with its values.",
            "`BatchSize` is of type Int32: the text \"many\" is no value of it.",
            "`Lora.Size` is not an option of SimPOTrainer.",
            "`learningRate` is not an option of SimPOTrainer. Use `LearningRate`.",
            "`Gamma` is not an option of SimPOTrainer. Use `GammaBetaRatio`. (Parameter 'sweep')",
        ];
        Assert.Equal(
            string.Join(Environment.NewLine, expected), Assert.Throws<ArgumentException>(() => Run(new SweepOptions { Space = space }, _ => 0)).Message);
    }

    /// <summary>The ranges that options carry are ranges that the options accept.</summary>
    [Fact]
    public void Every_range_of_an_option_is_valid_at_both_ends()
    {
        string[] names = [.. typeof(SimPOTrainer.Options).GetProperties().Where(p => p.IsDefined(typeof(SweepRangeAttribute), false)).Select(p => p.Name)];
        Assert.Superset(new HashSet<string> { "LearningRate", "Beta", "GammaBetaRatio", "SftWeight" }, names.ToHashSet());
        foreach (string name in names)
        {
            FakeRunner runner = Run(new SweepOptions { Algorithm = SweepAlgorithm.Grid, Space = SweepSpace.Of(name) }, _ => 0);
            Assert.Equal(3, runner.Ran.Count);
            Assert.All(runner.Ran, s => _context.Alignment.Trainers.SimPO(Own(s)));
        }
    }

    private static SimPOTrainer.Options Own(AlignmentTrialSettings settings) => (SimPOTrainer.Options)settings.Options;

    private FakeRunner Run(SweepOptions sweep, Func<AlignmentTrialSettings, double> loss, double epochs = 1)
    {
        var runner = new FakeRunner(loss);
        sweep.Runner = runner;
        using SweepResult result = _context.Alignment.Sweep(Data, Data, QuickStartFiles.Options(o => o.Epochs = epochs), sweep);
        Assert.Equal(runner.Ran.Select(s => s.TrialId), result.Trials.Select(t => t.TrialSettings.TrialId));
        return runner;
    }
}
