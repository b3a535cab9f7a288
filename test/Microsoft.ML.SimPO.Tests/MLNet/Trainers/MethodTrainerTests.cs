using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>What holds for the trainer of every method: it trains, says what its run was, goes on, is saved and searched.</summary>
public sealed class MethodTrainerTests : IDisposable
{
    private const int Pairs = 8;

    private readonly MLContext _context = new(seed: 1);
    private readonly Checkpoints.TempFolder _folder = new();

    public static TheoryData<string> Methods => [.. Makers.Keys];

    /// <summary>One of each kind of loss and of rows; the others are looked at in full runs.</summary>
    public static TheoryData<string> Kinds => [.. OneOfEach];

    public static TheoryData<string> OtherMethods => [.. Makers.Keys.Except(OneOfEach)];

    private static string[] OneOfEach => ["Cpo", "Orpo", "Sft, packed", "Reward"];

    private static Dictionary<string, Func<PreferenceTrainerOptions>> Makers => new()
    {
        ["AlphaPO"] = () => new SimPOTrainer.Options { Alpha = 0.25f },
        ["Cpo"] = () => new CpoTrainer.Options(),
        ["Cpo, hinge"] = () => new CpoTrainer.Options { LossType = CpoLossType.Hinge, NllWeight = 0.5f },
        ["Cpo, IPO"] = () => new CpoTrainer.Options { LossType = CpoLossType.Ipo, NllNormalization = SftNormalization.StepTokens },
        ["Orpo"] = () => new OrpoTrainer.Options { Beta = 0.5f },
        ["SlicHf"] = () => new SlicHfTrainer.Options { Delta = 0.5f, Lambda = 0.1f },
        ["Rrhf"] = () => new RrhfTrainer.Options { Lambda = 0.5f },
        ["Sft"] = () => new SftTrainer.Options(),
        ["Sft, DFT on all tokens"] = () => new SftTrainer.Options { LossType = SftLossType.Dft, Tokens = SftTokens.All },
        ["Reward"] = () => new RewardTrainer.Options { CenterRewardsCoefficient = 0.01f },
        ["Sft, packed"] = () => new SftTrainer.Options { Packing = true },
        ["Dpo, a mix"] = () => new DpoTrainer.Options { Mix = new DpoMix((DpoLossType.Sigmoid, 1), (DpoLossType.Sft, 0.5)), WeighsPairs = true },
        ["Kto"] = () => new KtoTrainer.Options { Beta = 0.5f },
    };

    /// <summary>An answer's reward by its log-probability and its tokens, with the margin that the loss wants, of the options above.</summary>
    private static Dictionary<string, (Func<double, int, double> Reward, double Target)> ByHand => new()
    {
        ["AlphaPO"] = ((sum, count) => 2 * (1 - Math.Exp(-0.25 * sum / count)) / 0.25, 2 * 0.5),
        ["Cpo"] = ((sum, _) => 0.1f * sum, 0),
        ["Cpo, hinge"] = ((sum, _) => 0.1f * sum, 1),
        ["Cpo, IPO"] = ((sum, count) => 0.1f * sum / count, 0.5),
        ["Orpo"] = ((sum, count) => 0.5 * sum / count, 0),
        ["SlicHf"] = ((sum, _) => sum, 0.5),
        ["Rrhf"] = ((sum, count) => sum / count, 0),
        ["Sft"] = ((sum, count) => sum / count, 0),
    };

    public static TheoryData<string> RewardsByHand => [.. ByHand.Keys];

    /// <summary>A model with a method's options scores with the method's reward, and is judged by the margin that its loss wants.</summary>
    [Theory]
    [MemberData(nameof(RewardsByHand))]
    public void Pairs_are_scored_and_judged_by_the_methods_own_reward(string method)
    {
        (Func<double, int, double> reward, double target) = ByHand[method];
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model, Options(method));
        PreferenceEncoder encoder = QuickStartFiles.Encoder();
        EncodedPrompt[] pairs = [.. QuickStartFiles.Pairs(Pairs).Select((p, i) => encoder.Encode(p.Prompt, p.Chosen, p.Rejected, i + 1)!)];
        GroupScore[] scores = new GroupEvaluator(model.Model.Decoder, 4096).Score(pairs, CancellationToken.None);
        double[] chosen = [.. scores.Select(s => reward(s.Chosen.Sum, s.Chosen.Count))];
        double[] rejected = [.. scores.Select(s => reward(s.Rejected.Sum, s.Rejected.Count))];
        double[] margins = [.. chosen.Zip(rejected, (c, r) => c - r)];
        IDataView scored = model.Transform(Data);
        Assert.All(chosen.Zip(scored.GetColumn<float>("ChosenReward")), p => Assert.Equal(p.First, p.Second, 1e-5 * Math.Max(1, Math.Abs(p.First))));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(scored);
        Assert.Equal((Pairs, margins.Count(m => m > 0) / (double)Pairs), (metrics.Count, metrics.Accuracy));
        Assert.Equal(margins.Average(), metrics.MeanMargin, 1e-4);
        Assert.Equal(rejected.Average(), metrics.MeanRejectedReward, 1e-4);
        Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(target - m))), metrics.LogLoss, 1e-4);
    }

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(Pairs));

    public void Dispose() => _folder.Dispose();

    /// <summary>Four epochs over the same pairs: the last one's loss is below the first one's, and so is that of the validation.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Its_loss_falls_and_its_log_is_that_of_its_run(string method)
    {
        string output = _folder.File("run");
        using AlignmentTransformer model = Train(method, o => (o.Epochs, o.OutputPath) = (4, output));
        TrainingRun run = model.TrainingRun;
        int perEpoch = run.Steps.Count / 4;
        Assert.True(run.Steps.TakeLast(perEpoch).Average(s => s.Loss) < run.Steps.Take(perEpoch).Average(s => s.Loss));
        Assert.True(run.Validations[^1].Loss < run.Validations[0].Loss);
        TrainingRun read = TrainingRun.Load(output);
        Assert.Equal(run.Steps.Select(s => s with { TokensPerSecond = 0 }), read.Steps.Select(s => s with { TokensPerSecond = 0 }));
        Assert.Equal(run.Validations.Select(v => (v.Step, v.Loss, v.MethodMetrics)), read.Validations.Select(v => (v.Step, v.Loss, v.MethodMetrics)));
        Assert.Equivalent(run.Validations.Select(v => v.Metrics), read.Validations.Select(v => v.Metrics));
        foreach (string line in File.ReadLines(Path.Combine(output, "trainer_log.jsonl"))) JsonDocument.Parse(line).Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_that_was_cancelled_goes_on_to_the_same_bits(string method)
    {
        using AlignmentTransformer whole = Train(method, o => o.OutputPath = _folder.File("whole"));
        int steps = whole.TrainingRun.Steps.Count;
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(
            method,
            o =>
            {
                (o.OutputPath, o.SaveOnCancel) = (_folder.File("run"), true);
                o.Progress = new Listener<TrainingProgress>(p => { if (p.Step == steps - 1) source.Cancel(); });
            },
            source.Token));
        using AlignmentTransformer resumed = Train(method, o => (o.OutputPath, o.ResumeFrom) = (_folder.File("run"), "Auto"));
        Assert.Equal(TunedModel.Weights(whole), TunedModel.Weights(resumed));
        Assert.Equal(
            whole.TrainingRun.Steps.Select(s => (s.Step, s.Loss, s.GradientNorm, s.MethodMetrics)),
            resumed.TrainingRun.Steps.Select(s => (s.Step, s.Loss, s.GradientNorm, s.MethodMetrics)));
        Assert.Equal(
            whole.TrainingRun.Validations.Select(v => (v.Step, v.Loss, v.MethodMetrics)),
            resumed.TrainingRun.Validations.Select(v => (v.Step, v.Loss, v.MethodMetrics)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_model_scores_with_its_methods_reward_and_has_its_run(string method)
    {
        using AlignmentTransformer model = Train(method);
        string zip = _folder.File("model.zip");
        _context.Model.Save(model, Data.Schema, zip);
        using var loaded = (AlignmentTransformer)new MLContext().Model.Load(zip, out _);
        Assert.Equal(model.Options.Reward, loaded.Options.Reward);
        Assert.Equal((model.Options.Method, model.TargetMargin), (loaded.Options.Method, loaded.TargetMargin));
        Assert.Equal(model.Transform(Data).GetColumn<float>("Score"), loaded.Transform(Data).GetColumn<float>("Score"));
        Assert.Equal(model.TrainingRun.Steps, loaded.TrainingRun.Steps);
        Assert.Equal(model.TrainingRun.Validations.Select(v => v.MethodMetrics), loaded.TrainingRun.Validations.Select(v => v.MethodMetrics));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(model.Transform(Data));
        Assert.Equal(Pairs, metrics.Count);
        Assert.Equal(model.Transform(Data).GetColumn<float>("Margin").Average(), metrics.MeanMargin, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_learning_rate_can_be_searched_and_cross_validated(string method)
    {
        PreferenceTrainerOptions options = Options(method);
        using SweepResult sweep = _context.Alignment.Sweep(Data, Data, options, new SweepOptions { MaxTrials = 2, Space = SweepSpace.Of("LearningRate") });
        Assert.All(sweep.Trials, t => Assert.Equal((AlignmentTrialStatus.Completed, (long)Pairs), (t.Status, t.Metrics!.Count)));
        Assert.Contains("LearningRate", SweepSpace.Default.For(options.GetType(), out IReadOnlyList<string> faults).Select(p => p.Name));
        Assert.Empty(faults);
        IReadOnlyList<CrossValidationFold> folds = CrossValidation.Run(_context, Data, options, 2, 1, false, CancellationToken.None);
        Assert.Equal(Pairs, folds.Sum(f => f.Metrics.Count));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("Category", "Long")]
    public void Its_adapter_learns_and_leaves_the_model_below_it_alone(string method)
    {
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        using AlignmentTransformer model = Train(
            method, o => (o.ModelPath, o.BaseModel, o.Lora, o.LearningRate, o.Epochs) = ("", untuned, new LoraOptions { Rank = 4, Alpha = 8 }, 2e-3, 4));
        Assert.True(model.TrainingRun.Validations[^1].Loss < model.TrainingRun.Validations[0].Loss);
        Assert.True(model.AdapterParameterCount > 0);
        using AlignmentTransformer again = _context.Alignment.LoadModel(QuickStartFiles.Model);
        Assert.Equal(TunedModel.Weights(again), TunedModel.Weights(untuned));
    }

    [Theory]
    [MemberData(nameof(OtherMethods))]
    [Trait("Category", "Long")]
    public void Every_other_method_goes_on_is_saved_and_is_searched_too(string method)
    {
        A_run_that_was_cancelled_goes_on_to_the_same_bits(method);
        A_saved_model_scores_with_its_methods_reward_and_has_its_run(method);
        Its_learning_rate_can_be_searched_and_cross_validated(method);
    }

    [Fact]
    public void What_a_method_logs_beside_loss_and_rewards_has_the_fields_names()
    {
        string[] Names(string method)
        {
            using AlignmentTransformer model = Train(method);
            Assert.All(model.TrainingRun.Validations, v => Assert.Equal(model.TrainingRun.Steps[0].MethodMetrics.Keys, v.MethodMetrics.Keys));
            if (model.TrainingRun.Steps[^1].MethodMetrics.TryGetValue("num_tokens", out double given)) // none before the first step, all of them after the last
                Assert.Equal([0, given], model.TrainingRun.Validations.Select(v => v.MethodMetrics["num_tokens"]));
            return [.. model.TrainingRun.Steps[0].MethodMetrics.Keys];
        }
        Assert.Empty(Names("AlphaPO"));
        Assert.Equal(["nll_loss", "logps/chosen", "logps/rejected", "logits/chosen", "logits/rejected"], Names("Cpo"));
        Assert.Equal(["nll_loss", "logits/chosen", "logits/rejected"], Names("Cpo, IPO"));
        Assert.Equal(["nll_loss", "log_odds_ratio", "log_odds_chosen", "logits/chosen", "logits/rejected"], Names("Orpo"));
        Assert.Equal(["entropy", "mean_token_accuracy", "num_tokens"], Names("Sft"));
        Assert.Equal(["min_reward", "mean_reward", "max_reward", "accuracy", "margin", "num_tokens"], Names("Reward"));
    }

    private AlignmentTransformer Train(string method, Action<PreferenceTrainerOptions>? change = null, CancellationToken cancellationToken = default) =>
        Options(method, change).CreateTrainer(_context).Fit(Data, Data, cancellationToken);

    private static PreferenceTrainerOptions Options(string method, Action<PreferenceTrainerOptions>? change = null)
    {
        PreferenceTrainerOptions options = QuickStartFiles.Small(Makers[method]());
        options.LearningRate = 1e-4;
        if (options is SftTrainer.Options { Packing: true }) options.BatchSize = 1; // a row of texts
        change?.Invoke(options);
        return options;
    }
}
