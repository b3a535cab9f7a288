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
        // Small losses and large betas magnify float32's rounding; the goldens' README gives these tolerances.
        double relative = fixture.Options.LossType == SimPOLossType.Hinge || fixture.Beta >= 10 ? 5e-5 : 1e-5;
        CheckEvaluation(fixture, "eval_before");
        List<TrainingStep> plan = fixture.Options.Planner(fixture.Train).Plan(fixture.Options.Epochs, null);
        Assert.Equal(fixture.Order, plan.Select(s => s.MicroBatches));
        List<TrainingProgress> steps = [];
        new TrainingLoop(fixture.Decoder, fixture.Options.Loss(), fixture.Options.Settings(fixture.Decoder)).Run(fixture.Train, plan, steps.Add);
        Assert.Equal(fixture.Log.Length, steps.Count);
        for (int i = 0; i < steps.Count; i++) CheckStep(fixture.Log[i], steps[i], relative);
        CheckEvaluation(fixture, "eval_after");
        CheckWeights(fixture);
    }

    /// <summary>From texts to the history, through the public API; of these runs, evaluation batches have the size of micro-batches.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void The_estimator_follows_the_reference_trainer_from_texts_on(GoldenCase golden)
    {
        Skip.IfNot(golden.Name is "sigmoid-linear" or "sft-weight-0.3" or "trl-simpo-label-smoothing-0.1", "The loop alone is compared.");
        using TrainingGolden fixture = Open(golden);
        var context = new MLContext(seed: 1);
        IDataView train = context.Data.LoadFromEnumerable(fixture.Train.Select(TrainingGolden.TextOf)), evaluation = context.Data.LoadFromEnumerable(fixture.Evaluation.Select(TrainingGolden.TextOf));
        using SimPOTransformer tuned = context.Alignment.Trainers.SimPO(fixture.Options).Fit(train, evaluation);
        Assert.Equal(fixture.Log.Length, tuned.TrainingRun.Steps.Count);
        for (int i = 0; i < fixture.Log.Length; i++) CheckStep(fixture.Log[i], tuned.TrainingRun.Steps[i], 1e-5);
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
        GroupScore[] scores = new PairScorer(fixture.Decoder).Score(fixture.Evaluation);
        CheckFigures(fixture, when, EvaluationFigures.Of(scores, fixture.EvaluationBatches, fixture.Options.Loss()));
    }

    private static void CheckFigures(TrainingGolden fixture, string when, EvaluationFigures found)
    {
        JsonElement expected = fixture.Final.GetProperty(when);
        void Check(string name, double actual, double tolerance) => Differences.AssertClose($"{when}, {name}", expected.GetProperty(name).GetDouble(), actual, tolerance);

        Check("eval_loss", found.Loss, 1e-5);
        Check("eval_rewards/chosen", found.ChosenReward, 1e-4);
        Check("eval_rewards/rejected", found.RejectedReward, 1e-4);
        Check("eval_rewards/accuracies", found.Accuracy, 1e-6);
        Check("eval_rewards/margins", found.Margin, 1e-4);
        Check("eval_logps/chosen", found.ChosenLogProbability, 1e-4);
        Check("eval_logps/rejected", found.RejectedLogProbability, 1e-4);
    }

    private static void CheckWeights(TrainingGolden fixture)
    {
        JsonElement tensors = fixture.Final.GetProperty("tensors");
        foreach ((Parameter parameter, ParameterPart part) in fixture.Decoder.Trainable.SelectMany(p => p.Parts.Select(part => (p, part))))
        {
            using Tensor view = Parameter.View(parameter.Value, part);
            double norm = Math.Sqrt(view.data<float>().ToArray().Sum(v => (double)v * v));
            string name = part.Name.Replace(".weight", parameter.Kind == ParameterKind.LowRank ? ".default.weight" : ".weight", StringComparison.Ordinal);
            double expected = tensors.GetProperty(name).GetProperty("l2").GetDouble();
            Differences.AssertClose($"L2 norm of {part.Name}", expected, norm, 1e-6 * expected);
            if (fixture.FinalAdapter is { } final) Differences.AssertClose(part.Name, final.Floats(part.Name), view.data<float>().ToArray(), 1e-4);
        }
    }
}
