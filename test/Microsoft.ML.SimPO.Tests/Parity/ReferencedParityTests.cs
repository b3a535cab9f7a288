using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Runs of methods with a reference model against those of TRL.</summary>
[Trait("Category", "Parity")]
public class ReferencedParityTests
{
    public static TheoryData<GoldenCase> Cases => TrainingGolden.Cases(haveReference: true);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_run_follows_the_trainer_step_by_step(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new ReferencedGolden(golden);
        Assert.Empty(fixture.Options.Faults());
        fixture.AddReferences();
        CheckEvaluation(fixture, "eval_before");
        StepPlan plan = fixture.Options.Planner(fixture.Train).Plan(fixture.Options.Epochs, null);
        Assert.Equal(fixture.Order, plan.Select(s => s.MicroBatches));
        List<TrainingProgress> steps = [];
        using MovingReference? moving = fixture.Options.CreateMovingReference(fixture.Decoder);
        TrainingSettings settings = fixture.Options.Settings(fixture.Decoder) with { Reference = moving };
        new TrainingLoop(fixture.Decoder, fixture.Options.CreateLoss(), settings).Run(fixture.Train, plan, steps.Add);
        Assert.Equal(fixture.Log.Length, steps.Count);
        Figures.Write(golden.Name, steps, fixture.Decoder);
        for (int i = 0; i < steps.Count; i++) CheckStep(fixture, fixture.Log[i], steps[i]);
        CheckEvaluation(fixture, "eval_after", moving);
        CheckNorms(fixture, fixture.Decoder.Trainable, fixture.Final.GetProperty("tensors"));
        if (moving is not null) CheckNorms(fixture, moving.Decoder.Parameters, fixture.Final.GetProperty("reference_tensors"));
    }

    /// <summary>From texts on, through the public API, where all weights are trained.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    [Trait("Category", "Long")] // the step by step runs above are the same runs from ids on
    public void The_estimator_follows_the_trainer_from_texts_on(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new ReferencedGolden(golden);
        Skip.If(fixture.FinalAdapter is not null, "The adapter's first weights are given, which no option does.");
        var context = new MLContext(seed: 1);
        IDataView? train = fixture.Texts(context, fixture.TrainRows), evaluation = fixture.Texts(context, fixture.EvaluationRows);
        Skip.If(train is null || evaluation is null, "The ids are of no texts: the loop alone is compared.");
        if (fixture.Options is KtoTrainer.Options) fixture.Options.Rows = RowKind.Responses;
        using AlignmentTransformer tuned = fixture.Options.CreateTrainer(context).Fit(train, evaluation, default);
        Assert.Equal(fixture.Log.Length, tuned.TrainingRun.Steps.Count);
        for (int i = 0; i < fixture.Log.Length; i++) CheckStep(fixture, fixture.Log[i], tuned.TrainingRun.Steps[i]);
        CheckFigures(fixture, "eval_before", tuned.TrainingRun.Validations[0].Figures!);
        CheckFigures(fixture, "eval_after", tuned.TrainingRun.Validations[^1].Figures!);
        if (fixture.Final.GetProperty("eval_after").TryGetProperty("eval_num_tokens", out JsonElement tokens))
            Assert.Equal(tokens.GetDouble(), tuned.TrainingRun.Validations[^1].MethodMetrics["num_tokens"]);
    }

    private static void CheckStep(ReferencedGolden fixture, JsonElement log, TrainingProgress step)
    {
        void Check(string name, double actual, double relative, double absolute) =>
            CheckField(log, $"step {step.Step}, ", name, actual, v => (relative * Math.Abs(v)) + absolute);

        Check("loss", step.Loss, fixture.RelativeTolerance.Loss, 1e-5);
        Check("grad_norm", step.GradientNorm, fixture.RelativeTolerance.Norm, 1e-6);
        Check("lr_used", step.LearningRate, 0, 1e-12);
        Check("learning_rate", step.ReportedLearningRate, 0, 1e-12);
        Check("epoch", step.Epoch, 0, 0.00501); // two digits
        Check("rewards/chosen", step.ChosenReward, 0, fixture.MetricTolerance);
        Check("rewards/rejected", step.RejectedReward, 0, fixture.MetricTolerance);
        Check("rewards/margins", step.Margin, 0, fixture.MetricTolerance);
        Check("logps/chosen", fixture.LogProbability("chosen", step.ChosenLogProbability, step.MethodMetrics), 0, fixture.MetricTolerance);
        Check("logps/rejected", fixture.LogProbability("rejected", step.RejectedLogProbability, step.MethodMetrics), 0, fixture.MetricTolerance);
        Check("kl", step.MethodMetrics.GetValueOrDefault("kl", double.NaN), 0, fixture.MetricTolerance);
        if (KnowsWinners(log, "")) Check("rewards/accuracies", step.Accuracy, 0, 1e-6);
        CheckOwn(fixture, log, $"step {step.Step}, ", "", step.MethodMetrics);
        if (log.TryGetProperty("num_tokens", out JsonElement tokens)) Assert.Equal(tokens.GetDouble(), step.MethodMetrics["num_tokens"]);
    }

    /// <summary>All else that the trainer logs. TRL 0.24's logits are those of other positions, too, for CPO; for DPO they are the answers'.</summary>
    private static void CheckOwn(ReferencedGolden fixture, JsonElement line, string where, string prefix, IReadOnlyDictionary<string, double> found)
    {
        foreach (string name in new[] { "entropy", "mean_token_accuracy", "logits/chosen", "logits/rejected", "aux_loss" })
            if (line.TryGetProperty(prefix + name, out JsonElement expected))
                Differences.AssertClose(where + prefix + name, expected.GetDouble(), found[name], fixture.MetricTolerance);
    }

    private static void CheckEvaluation(ReferencedGolden fixture, string when, MovingReference? moving = null)
    {
        IAlignmentLoss loss = fixture.Options.CreateLoss();
        IReadOnlyList<EncodedPrompt> pairs =
            moving?.Fill(fixture.Evaluation, Enumerable.Range(0, fixture.Evaluation.Count), CancellationToken.None) ?? fixture.Evaluation;
        CheckFigures(fixture, when, new GroupEvaluator(fixture.Decoder, 4096, loss)
            .Judge(pairs, fixture.EvaluationBatches, loss, null, fixture.Options.RouterLossWeight, CancellationToken.None).Figures);
    }

    private static void CheckFigures(ReferencedGolden fixture, string when, EvaluationFigures found)
    {
        JsonElement expected = fixture.Final.GetProperty(when);
        void Check(string name, double actual, double tolerance) => CheckField(expected, $"{when}, ", name, actual, _ => tolerance);

        Check("eval_loss", found.Loss, 1e-5 * Math.Max(1, Math.Abs(found.Loss)));
        Check("eval_rewards/chosen", found.ChosenReward, fixture.MetricTolerance);
        Check("eval_rewards/rejected", found.RejectedReward, fixture.MetricTolerance);
        Check("eval_rewards/margins", found.Margin, fixture.MetricTolerance);
        Check("eval_logps/chosen", fixture.LogProbability("chosen", found.ChosenLogProbability, found.MethodMetrics), fixture.MetricTolerance);
        Check("eval_logps/rejected", fixture.LogProbability("rejected", found.RejectedLogProbability, found.MethodMetrics), fixture.MetricTolerance);
        Check("eval_kl", found.MethodMetrics.GetValueOrDefault("kl", double.NaN), fixture.MetricTolerance);
        if (KnowsWinners(expected, "eval_")) Check("eval_rewards/accuracies", found.Accuracy, 1e-6);
        CheckOwn(fixture, expected, $"{when}, ", "eval_", found.MethodMetrics);
    }

    /// <summary>
    /// Before the first step policy and reference are the same, so that rounding alone would decide who wins; there are margins of exactly 0.
    /// </summary>
    private static bool KnowsWinners(JsonElement figures, string prefix) =>
        figures.TryGetProperty($"{prefix}rewards/margins", out JsonElement margin) && margin.GetDouble() != 0;

    /// <summary>What the trainer does not record, it has no value of.</summary>
    private static void CheckField(JsonElement figures, string where, string name, double actual, Func<double, double> tolerance)
    {
        if (!figures.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.Number)
        {
            Assert.True(double.IsNaN(actual) || name.EndsWith("accuracies", StringComparison.Ordinal), $"{where}{name}: {actual}, where the trainer has none");
            return;
        }
        Differences.AssertClose(where + name, value.GetDouble(), actual, tolerance(value.GetDouble()));
    }

    private static void CheckNorms(ReferencedGolden fixture, IEnumerable<Parameter> parameters, JsonElement tensors)
    {
        foreach ((Parameter parameter, ParameterPart part) in parameters.SelectMany(p => p.Parts.Select(part => (p, part))))
        {
            using Tensor view = Parameter.View(parameter.Value, part);
            double norm = Math.Sqrt(view.data<float>().ToArray().Sum(v => (double)v * v));
            string name = part.Name.Replace(".weight", parameter.Kind == ParameterKind.LowRank ? ".default.weight" : ".weight", StringComparison.Ordinal);
            double expected = tensors.GetProperty(name).GetProperty("l2").GetDouble();
            double tolerance = Math.Max(fixture.NormTolerance, TrainingParityTests.NormTolerance(part.Name));
            Differences.AssertClose($"L2 norm of {part.Name}", expected, norm, tolerance * expected);
            if (fixture.FinalAdapter is { } final) Differences.AssertClose(part.Name, final.Floats(part.Name), view.data<float>().ToArray(), 1e-4);
        }
    }
}
