using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class TrainingParityTests
{
    /// <summary>What trainers log of single methods under a name of its own.</summary>
    private static readonly string[] OwnMetrics =
    [
        "nll_loss", "log_odds_ratio", "log_odds_chosen", "mean_token_accuracy", "entropy", "min_reward", "mean_reward", "max_reward", "accuracy", "margin",
        "aux_loss",
    ];

    public static TheoryData<GoldenCase> Cases => TrainingGolden.Cases(haveReference: false);

    /// <summary>The first of each kind of trainer.</summary>
    public static TheoryData<GoldenCase> OneOfEach => [.. GoldenCases.Of(Cases).DistinctBy(TrainingGolden.Trainer)];

    public static TheoryData<GoldenCase> OfExperimentalTrainers => [.. GoldenCases.Of(Cases).Where(
        golden => TrainingGolden.Config(golden).GetProperty("trainer").GetString() is "trl.CPOTrainer" or "trl.ORPOTrainer")];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_run_follows_the_reference_trainer_step_by_step(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new TrainingGolden(golden);
        Follow(golden, fixture);
    }

    /// <summary>
    /// TRL 1.16's experimental trainers of SimPO, AlphaPO, CPO and ORPO do what those of 0.24 do, to the rounding of float32 (the goldens' README, T11): the
    /// profile of 1.16 follows the same runs, smoothed labels among them.
    /// </summary>
    [SkippableTheory]
    [MemberData(nameof(OfExperimentalTrainers))]
    public void The_profile_of_1_16_follows_the_runs_of_0_24_where_the_trainers_are_the_same(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new TrainingGolden(golden);
        Assert.Equal(Compatibility.Trl024, fixture.Options.Compatibility);
        fixture.Options.Compatibility = Compatibility.Trl116;
        Follow(golden, fixture);
    }

    private static void Follow(GoldenCase golden, TrainingGolden fixture)
    {
        CheckEvaluation(fixture, "eval_before");
        StepPlan plan = fixture.Options.Planner(fixture.Train).Plan(fixture.Options.Epochs, null);
        Assert.Equal(fixture.Order, plan.Select(s => s.MicroBatches));
        List<TrainingProgress> steps = [];
        new TrainingLoop(fixture.Decoder, fixture.Options.CreateLoss(), fixture.Options.Settings(fixture.Decoder)).Run(fixture.Train, plan, steps.Add);
        Assert.Equal(fixture.Log.Length, steps.Count);
        Figures.Write(golden.Name, steps, fixture.Decoder);
        for (int i = 0; i < steps.Count; i++) CheckStep(fixture, fixture.Log[i], steps[i]);
        CheckEvaluation(fixture, "eval_after");
        CheckWeights(fixture);
    }

    /// <summary>From texts to the history, through the public API, where all weights are trained and the pairs have texts.</summary>
    [SkippableTheory]
    [MemberData(nameof(OneOfEach))]
    public void The_estimator_follows_the_reference_trainer_from_texts_on(GoldenCase golden) => FollowFromTexts(golden);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    [Trait("Category", "Long")] // the step by step runs above are the same runs from ids on
    public void Every_estimator_follows_the_reference_trainer_from_texts_on(GoldenCase golden) => FollowFromTexts(golden);

    private static void FollowFromTexts(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new TrainingGolden(golden);
        Skip.If(fixture.FinalAdapter is not null, "The adapter's first weights are given, which no option does.");
        Skip.If(fixture.Options is RewardTrainer.Options, "The head's first weights are given, which no option does.");
        IReadOnlyList<TextPair>? pairs = fixture.TextsOf(fixture.TrainPairs), others = fixture.TextsOf(fixture.EvaluationPairs);
        Skip.If(pairs is null || others is null, "The ids are of no texts: the loop alone is compared.");
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(pairs), evaluation = context.Data.LoadFromEnumerable(others);
        using AlignmentTransformer tuned = fixture.Options.CreateTrainer(context).Fit(train, evaluation, default);
        Assert.Equal(fixture.Log.Length, tuned.TrainingRun.Steps.Count);
        for (int i = 0; i < fixture.Log.Length; i++) CheckStep(fixture, fixture.Log[i], tuned.TrainingRun.Steps[i]);
        int[][] batches = [.. Enumerable.Range(0, fixture.Evaluation.Count).Chunk(fixture.Options.PairsPerEvaluation()!.Value)];
        if (!fixture.EvaluationBatches.Zip(batches).All(pair => pair.First.SequenceEqual(pair.Second))) return; // in another order than the data's
        CheckFigures(fixture, "eval_before", tuned.TrainingRun.Validations[0].Figures!);
        CheckFigures(fixture, "eval_after", tuned.TrainingRun.Validations[^1].Figures!);
        if (fixture.Final.GetProperty("eval_after").TryGetProperty("eval_num_tokens", out JsonElement tokens))
            Assert.Equal(tokens.GetDouble(), tuned.TrainingRun.Validations[^1].MethodMetrics["num_tokens"]);
    }

    private static void CheckStep(TrainingGolden fixture, JsonElement log, TrainingProgress step)
    {
        double relative = fixture.RelativeTolerance;
        double Field(string name) => log.GetProperty(name).GetDouble();
        void Check(string name, double actual, double tolerance) => Differences.AssertClose($"step {step.Step}, {name}", Field(name), actual, tolerance);

        Check("loss", step.Loss, (relative * Math.Abs(Field("loss"))) + 1e-6);
        Check("grad_norm", step.GradientNorm, (relative * Field("grad_norm")) + 1e-6);
        Check("lr_used", step.LearningRate, 1e-12);
        Check("learning_rate", step.ReportedLearningRate, 1e-12);
        Check("epoch", step.Epoch, 0.00501); // two digits
        CheckFigures(fixture, $"step {step.Step}, ", log, new EvaluationFigures(
            step.Loss, step.ChosenReward, step.RejectedReward, step.Accuracy, step.Margin, step.ChosenLogProbability, step.RejectedLogProbability)
            { MethodMetrics = step.MethodMetrics });
        if (log.TryGetProperty("num_tokens", out JsonElement tokens)) Assert.Equal(tokens.GetDouble(), step.MethodMetrics["num_tokens"]);
    }

    private static void CheckEvaluation(TrainingGolden fixture, string when)
    {
        IAlignmentLoss loss = fixture.Options.CreateLoss();
        CheckFigures(fixture, when, new GroupEvaluator(fixture.Decoder, int.MaxValue, loss)
            .Judge(fixture.Evaluation, fixture.EvaluationBatches, loss, fixture.EvaluationWeights, fixture.Options.RouterLossWeight, default).Figures);
    }

    private static void CheckFigures(TrainingGolden fixture, string when, EvaluationFigures found)
    {
        JsonElement expected = fixture.Final.GetProperty(when);
        double loss = expected.GetProperty("eval_loss").GetDouble();
        Differences.AssertClose($"{when}, eval_loss", loss, found.Loss, 1e-5 * Math.Max(1, Math.Abs(loss)));
        CheckFigures(fixture, $"{when}, eval_", expected, found, "eval_");
    }

    /// <summary>All figures of a line that the library has too.</summary>
    private static void CheckFigures(TrainingGolden fixture, string what, JsonElement line, EvaluationFigures found, string prefix = "")
    {
        int compared = 0;
        void Check(string name, double actual, double tolerance)
        {
            if (!line.TryGetProperty(prefix + name, out JsonElement expected)) return;
            Differences.AssertClose(what + name, expected.GetDouble(), actual, tolerance);
            compared++;
        }
        bool hasRewards = fixture.Options is not (SftTrainer.Options or RewardTrainer.Options); // whose rewards have names of their own
        Check("rewards/chosen", found.ChosenReward, fixture.RewardTolerance);
        Check("rewards/rejected", found.RejectedReward, fixture.RewardTolerance);
        Check("rewards/accuracies", found.Accuracy, 1e-6);
        Check("rewards/margins", found.Margin, fixture.RewardTolerance);
        // TRL logs sums where a method compares these.
        Check("logps/chosen", fixture.ComparesSums ? found.MethodMetrics["logps/chosen"] : found.ChosenLogProbability, 1e-4);
        Check("logps/rejected", fixture.ComparesSums ? found.MethodMetrics["logps/rejected"] : found.RejectedLogProbability, 1e-4);
        Assert.Equal(hasRewards ? 6 : 0, compared);
        foreach (string name in OwnMetrics.Except(fixture.OtherMetrics))
        {
            // TRL tells of an `nll_loss` of 0 where it has none.
            if (line.TryGetProperty(prefix + name, out JsonElement expected) && !(name == "nll_loss" && expected.GetDouble() == 0))
                Check(name, found.MethodMetrics[name], fixture.MetricTolerance);
        }
    }

    /// <summary>
    /// Relative. A bias that is added to every key cancels in the softmax but for the turns of the positions: its slow components have gradients of 1e-9,
    /// which AdamW makes steps of either sign of, so the goldens' README gives key biases more.
    /// </summary>
    internal static double NormTolerance(string tensor) => tensor.EndsWith(".k_proj.bias", StringComparison.Ordinal) ? 1e-4 : 1e-6;

    [Theory]
    [InlineData("model.layers.3.self_attn.k_proj.bias", 1e-4)]
    [InlineData("model.layers.3.self_attn.q_proj.bias", 1e-6)]
    [InlineData("model.layers.3.self_attn.k_proj.weight", 1e-6)]
    public void Norms_of_key_biases_alone_may_differ_by_more_than_rounding(string tensor, double tolerance) => Assert.Equal(tolerance, NormTolerance(tensor));

    private static void CheckWeights(TrainingGolden fixture)
    {
        JsonElement tensors = fixture.Final.GetProperty("tensors");
        foreach ((Parameter parameter, ParameterPart part) in fixture.Decoder.Trainable.SelectMany(p => p.Parts.Select(part => (p, part))))
        {
            using Tensor view = Parameter.View(parameter.Value, part);
            double norm = Math.Sqrt(view.data<float>().ToArray().Sum(v => (double)v * v));
            string name = part.Name.Replace(".weight", parameter.Kind == ParameterKind.LowRank ? ".default.weight" : ".weight", StringComparison.Ordinal);
            double expected = tensors.GetProperty(name).GetProperty("l2").GetDouble();
            double tolerance = Math.Max(NormTolerance(part.Name), fixture is { IsTrl116: true, FinalAdapter: not null } ? 5e-6 : 0);
            Differences.AssertClose($"L2 norm of {part.Name}", expected, norm, tolerance * expected);
            if (fixture.FinalAdapter is { } final) Differences.AssertClose(part.Name, final.Floats(part.Name), view.data<float>().ToArray(), 1e-4);
        }
    }
}
