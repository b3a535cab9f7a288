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
    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("training", "log.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_run_follows_the_reference_trainer_step_by_step(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using TrainingGolden fixture = Open(golden);
        CheckEvaluation(fixture, "eval_before");
        StepPlan plan = fixture.Options.Planner(fixture.Train).Plan(fixture.Options.Epochs, null);
        Assert.Equal(fixture.Order, plan.Select(s => s.MicroBatches));
        List<TrainingProgress> steps = [];
        new TrainingLoop(fixture.Decoder, fixture.Options.CreateLoss(), fixture.Options.Settings(fixture.Decoder)).Run(fixture.Train, plan, steps.Add);
        Assert.Equal(fixture.Log.Length, steps.Count);
        Figures.Write(golden.Name, steps, fixture.Decoder);
        for (int i = 0; i < steps.Count; i++) CheckStep(fixture.Log[i], steps[i], fixture.RelativeTolerance);
        CheckEvaluation(fixture, "eval_after");
        CheckWeights(fixture);
    }

    /// <summary>From texts to the history, through the public API, where all weights are trained and the pairs have texts.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void The_estimator_follows_the_reference_trainer_from_texts_on(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using TrainingGolden fixture = Open(golden);
        Skip.If(fixture.FinalAdapter is not null, "The adapter's first weights are given, which no option does.");
        IReadOnlyList<TextPair>? pairs = fixture.TextsOf(fixture.Train), others = fixture.TextsOf(fixture.Evaluation);
        Skip.If(pairs is null || others is null, "The ids are of no texts: the loop alone is compared.");
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(pairs), evaluation = context.Data.LoadFromEnumerable(others);
        using AlignmentTransformer tuned = context.Alignment.Trainers.SimPO(fixture.Options).Fit(train, evaluation);
        Assert.Equal(fixture.Log.Length, tuned.TrainingRun.Steps.Count);
        for (int i = 0; i < fixture.Log.Length; i++) CheckStep(fixture.Log[i], tuned.TrainingRun.Steps[i], fixture.RelativeTolerance);
        int[][] batches = [.. Enumerable.Range(0, fixture.Evaluation.Count).Chunk(fixture.Options.PairsPerEvaluation()!.Value)];
        if (!fixture.EvaluationBatches.Zip(batches).All(pair => pair.First.SequenceEqual(pair.Second))) return; // in another order than the data's
        CheckFigures(fixture, "eval_before", tuned.TrainingRun.Validations[0].Figures!);
        CheckFigures(fixture, "eval_after", tuned.TrainingRun.Validations[^1].Figures!);
    }

    private static TrainingGolden Open(GoldenCase golden)
    {
        string method = TrainingGolden.Method(golden);
        Skip.IfNot(method.StartsWith("simpo", StringComparison.Ordinal), $"The method is {method}, not SimPO.");
        return new TrainingGolden(golden);
    }

    private static void CheckStep(JsonElement log, TrainingProgress step, double relative)
    {
        double Field(string name) => log.GetProperty(name).GetDouble();
        void Check(string name, double actual, double tolerance) => Differences.AssertClose($"step {step.Step}, {name}", Field(name), actual, tolerance);

        Check("loss", step.Loss, (relative * Math.Abs(Field("loss"))) + 1e-6);
        Check("grad_norm", step.GradientNorm, (relative * Field("grad_norm")) + 1e-6);
        Check("lr_used", step.LearningRate, 1e-12);
        Check("learning_rate", step.ReportedLearningRate, 1e-12);
        Check("epoch", step.Epoch, 0.00501); // two digits
        Check("rewards/chosen", step.ChosenReward, 1e-4);
        Check("rewards/rejected", step.RejectedReward, 1e-4);
        Check("rewards/accuracies", step.Accuracy, 1e-6);
        Check("rewards/margins", step.Margin, 1e-4);
        Check("logps/chosen", step.ChosenLogProbability, 1e-4);
        Check("logps/rejected", step.RejectedLogProbability, 1e-4);
    }

    private static void CheckEvaluation(TrainingGolden fixture, string when)
    {
        GroupScore[] scores = new GroupScorer(fixture.Decoder).Score(fixture.Evaluation);
        CheckFigures(fixture, when, EvaluationFigures.Of(scores, fixture.EvaluationBatches, fixture.Options.CreateLoss()));
    }

    private static void CheckFigures(TrainingGolden fixture, string when, EvaluationFigures found)
    {
        JsonElement expected = fixture.Final.GetProperty(when);
        void Check(string name, double actual, double tolerance) =>
            Differences.AssertClose($"{when}, {name}", expected.GetProperty(name).GetDouble(), actual, tolerance);

        Check("eval_loss", found.Loss, 1e-5);
        Check("eval_rewards/chosen", found.ChosenReward, 1e-4);
        Check("eval_rewards/rejected", found.RejectedReward, 1e-4);
        Check("eval_rewards/accuracies", found.Accuracy, 1e-6);
        Check("eval_rewards/margins", found.Margin, 1e-4);
        Check("eval_logps/chosen", found.ChosenLogProbability, 1e-4);
        Check("eval_logps/rejected", found.RejectedLogProbability, 1e-4);
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
            Differences.AssertClose($"L2 norm of {part.Name}", expected, norm, NormTolerance(part.Name) * expected);
            if (fixture.FinalAdapter is { } final) Differences.AssertClose(part.Name, final.Floats(part.Name), view.data<float>().ToArray(), 1e-4);
        }
    }
}
