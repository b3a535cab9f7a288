using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private static readonly TrainingSettings Settings = new() { LearningRate = 3e-3, Scheduler = LearningRateScheduler.Constant };

    private readonly Decoder _decoder = RandomDecoder.Make();
    private readonly EncodedPrompt[] _pairs = RandomPairs.Make(6);

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void A_run_learns_reports_every_step_and_leaves_no_tensors()
    {
        long before = LiveTensors.CountWithoutGarbage();
        List<TrainingProgress> steps = [];
        Run(12, steps.Add);
        Assert.Equal(before, LiveTensors.Count);
        Assert.Equal(Enumerable.Range(1, 12 * 3), steps.Select(s => s.Step));
        Assert.All(steps, s => Assert.Equal(36, s.TotalSteps));
        Assert.Equal(TimeSpan.Zero, steps[^1].Remaining);
        Assert.True(steps.Take(3).Average(s => s.Loss) > 3 * steps.TakeLast(3).Average(s => s.Loss));
        Assert.Equal(1, steps[^1].Accuracy);
        Assert.All(steps, s => Assert.Equal(s.ChosenReward - s.RejectedReward, s.Margin, 1e-12));
        Assert.Equal(_pairs.Sum(p => p.PackedLength), steps.Take(3).Sum(s => s.Tokens));
    }

    [Fact]
    public void The_first_loss_is_that_of_the_untouched_model()
    {
        GroupScore[] scores = new GroupScorer(_decoder).Score(_pairs[..2]);
        var loss = new SimPOLoss(2, 0.5);
        double expected = scores.Sum(s => loss.Evaluate(s, new GroupContext(0.5)).Value);
        List<TrainingProgress> steps = [];
        Run(1, steps.Add);
        Assert.Equal(expected, steps[0].Loss, 1e-5);
        Assert.Equal(scores.Average(s => s.Chosen.Mean), steps[0].ChosenLogProbability, 1e-5);
        Assert.Equal(2 * scores.Average(s => s.Rejected.Mean), steps[0].RejectedReward, 1e-5);
    }

    /// <summary>A method that the library has never heard of: nothing but its own file says what its loss and its rewards are.</summary>
    [Fact]
    public void A_loss_of_another_assembly_trains_and_evaluates()
    {
        var loss = new TargetLoss(0.5, target: 3);
        double Evaluate() => EvaluationFigures.Of(new GroupScorer(_decoder).Score(_pairs), [[.. Enumerable.Range(0, _pairs.Length)]], loss).Loss;
        GroupScore[] scores = new GroupScorer(_decoder).Score(_pairs);
        double before = Evaluate();
        Assert.Equal(scores.Average(s => (Math.Pow(s.Chosen.Mean, 2) + Math.Pow(s.Rejected.Mean + 3, 2)) / 4), before, 1e-12);
        List<TrainingProgress> steps = [];
        new TrainingLoop(_decoder, loss, Settings).Run(_pairs, new StepPlanner(_pairs, _pairs.Length, int.MaxValue).Plan(20, null), steps.Add);
        Assert.Equal(before, steps[0].Loss, 1e-5);
        Assert.Equal(scores.Average(s => -0.5 * Math.Abs(s.Chosen.Mean + 3)), steps[0].ChosenReward, 1e-5);
        Assert.True(Evaluate() < before / 4, $"The loss fell from {before} to {Evaluate()}.");
    }

    [Fact]
    public void Cancellation_keeps_the_weights_of_the_last_whole_step()
    {
        float[][] afterTwo = [];
        using var source = new CancellationTokenSource();
        long before = LiveTensors.CountWithoutGarbage();
        Assert.Throws<OperationCanceledException>(() => Run(1, step =>
        {
            if (step.Step != 2) return;
            afterTwo = Weights();
            source.Cancel();
        }, source.Token));
        Assert.Equal(afterTwo, Weights());
        Assert.Equal(before, LiveTensors.Count);
        Assert.All(_decoder.Parameters, p => Assert.False(p.IsTrained));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_with_the_step_and_its_rows()
    {
        _decoder.Embedding.Value[_pairs[3].Chosen.Ids[^2]].fill_(float.NaN);
        var failure = Assert.Throws<InvalidOperationException>(() => Run(1, null));
        Assert.StartsWith("The loss or its gradient stopped being a finite number in step ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("The weights are those of the step before. Lower `LearningRate`, or look at these rows.", failure.Message, StringComparison.Ordinal);
        Assert.All(_decoder.Parameters, p => Assert.False(p.IsTrained));
    }

    private void Run(double epochs, Action<TrainingProgress>? report, CancellationToken cancellationToken = default) =>
        new TrainingLoop(_decoder, new SimPOLoss(2, 0.5), Settings)
            .Run(_pairs, new StepPlanner(_pairs, 2, int.MaxValue).Plan(epochs, null, cancellationToken), report, cancellationToken);

    private float[][] Weights() => [.. _decoder.Parameters.Select(p => p.Value.data<float>().ToArray())];
}
