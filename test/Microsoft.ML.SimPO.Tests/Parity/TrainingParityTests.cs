using System.Text.Json;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
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
        using var fixture = new TrainingGolden(golden);
        // Small losses and large betas magnify float32's rounding; the goldens' README gives these tolerances.
        double relative = golden.Name.Contains("hinge", StringComparison.Ordinal) || golden.Name.Contains("beta10", StringComparison.Ordinal) ? 5e-5 : 1e-5;
        CheckEvaluation(fixture, "eval_before");
        List<TrainingProgress> steps = [];
        new TrainingLoop(fixture.Decoder, fixture.Loss, fixture.Settings).Run(fixture.Train, fixture.Order, steps.Add);
        Assert.Equal(fixture.Log.Length, steps.Count);
        for (int i = 0; i < steps.Count; i++) CheckStep(fixture.Log[i], steps[i], relative);
        CheckEvaluation(fixture, "eval_after");
        CheckWeights(fixture);
    }

    private static void CheckStep(JsonElement log, TrainingProgress step, double relative)
    {
        double Field(string name) => log.GetProperty(name).GetDouble();
        void Check(string name, double actual, double tolerance) => Differences.AssertClose($"step {step.Step}, {name}", Field(name), actual, tolerance);

        Check("loss", step.Loss, (relative * Math.Abs(Field("loss"))) + 1e-6);
        Check("grad_norm", step.GradientNorm, (relative * Field("grad_norm")) + 1e-6);
        Check("lr_used", step.LearningRate, 1e-12);
        Check("rewards/chosen", step.ChosenReward, 1e-4);
        Check("rewards/rejected", step.RejectedReward, 1e-4);
        Check("rewards/accuracies", step.Accuracy, 1e-6);
        Check("rewards/margins", step.Margin, 1e-4);
        Check("logps/chosen", step.ChosenLogProbability, 1e-4);
        Check("logps/rejected", step.RejectedLogProbability, 1e-4);
    }

    private static void CheckEvaluation(TrainingGolden fixture, string when)
    {
        JsonElement expected = fixture.Final.GetProperty(when);
        PairLogProbabilities[] scores = new PairScorer(fixture.Decoder).Score(fixture.Evaluation);
        IPreferenceLoss loss = fixture.Loss;
        // The loss is weighted by pairs, every other figure is the plain mean over batches: the trainers' own habit.
        double BatchMean(Func<PairLogProbabilities, double> figure) => fixture.EvaluationBatches.Average(b => b.Average(i => figure(scores[i])));
        double lossSum = fixture.EvaluationBatches.Sum(batch =>
        {
            var context = new PairContext(1.0 / batch.Length, 1.0 / batch.Sum(i => scores[i].ChosenCount));
            return batch.Length * batch.Sum(i => loss.Evaluate(scores[i], context).Value);
        });
        void Check(string name, double actual, double tolerance) => Differences.AssertClose($"{when}, {name}", expected.GetProperty(name).GetDouble(), actual, tolerance);

        Check("eval_loss", lossSum / scores.Length, 1e-5);
        Check("eval_rewards/chosen", fixture.Beta * BatchMean(s => s.ChosenMean), 1e-4);
        Check("eval_rewards/rejected", fixture.Beta * BatchMean(s => s.RejectedMean), 1e-4);
        Check("eval_rewards/accuracies", BatchMean(s => s.ChosenMean > s.RejectedMean ? 1 : 0), 1e-6);
        Check("eval_rewards/margins", fixture.Beta * BatchMean(s => s.ChosenMean - s.RejectedMean), 1e-4);
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
        }
    }
}
