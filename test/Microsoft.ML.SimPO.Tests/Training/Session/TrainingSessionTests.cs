using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What happens between the steps of a run.</summary>
public sealed class TrainingSessionTests
{
    [Fact]
    public void A_run_tells_what_it_did()
    {
        using var run = new SmallRun { Loss = step => 10 - step };
        TrainingRun told = run.Run();
        Assert.Equal([1, 2, 3, 4, 5, 6], told.Steps.Select(s => s.Step));
        Assert.Equal([(0, 0.0, 10.0), (2, 1, 8), (4, 2, 6), (6, 3, 4)], told.Validations.Select(v => (v.Step, v.Epoch, v.Loss)));
        Assert.Empty(told.Findings);
        Assert.Same(told.Validations[3], told.BestValidation);
        Assert.Equal((null, false, 1), (told.RestoredStep, told.StoppedEarly, told.Seed));
        Assert.Equal(told.Steps[^1].Elapsed, told.Elapsed);
        Assert.Equal((4L, 4L), (told.TrainingData!.Used, told.ValidationData!.Used));
        Assert.Equal(DateTimeOffset.UtcNow, told.StartedAt!.Value, TimeSpan.FromHours(1));
        Assert.Equal(
            ["validation", "step", "step", "validation", "step", "step", "validation", "step", "step", "validation", "6"],
            run.Log.Select(l => l.Split(' ')[1]));
    }

    [Fact]
    public void A_run_that_gets_no_better_ends_with_the_weights_of_its_best_evaluation()
    {
        float[][] best = [];
        using var run = new SmallRun();
        run.Settings = run.Settings with { EvaluationSteps = 1, EarlyStoppingPatience = 2, KeepsBest = true };
        run.Loss = step =>
        {
            if (step == 1) best = run.Weights();
            return step == 0 ? 2 : step;
        };
        TrainingRun told = run.Run();
        Assert.Equal((3, 1, true), (told.Steps.Count, told.RestoredStep, told.StoppedEarly));
        Assert.Equal(best, run.Weights());
        Assert.Contains("Info Stopped after step 3: 2 evaluations in a row without an eval_loss below 1.0000, which was after step 1.", run.Log);
        Assert.Contains("Info The model is that after step 1, with the lowest eval_loss, 1.0000.", run.Log);
    }

    /// <summary>Margins of the small run are its losses: the highest is after step 1, where the lowest would be at the end.</summary>
    [Fact]
    public void The_best_evaluation_may_be_that_of_the_highest_margin()
    {
        using var run = new SmallRun { Loss = step => 5 - Math.Abs(step - 1) };
        run.Settings = run.Settings with
        {
            EvaluationSteps = 1, EarlyStoppingPatience = 2, KeepsBest = true, MetricForBestModel = BestModelMetric.Margin,
        };
        TrainingRun told = run.Run();
        Assert.Equal((3, 1, true, BestModelMetric.Margin), (told.Steps.Count, told.RestoredStep, told.StoppedEarly, told.MetricForBestModel));
        Assert.Same(told.Validations[1], told.BestValidation);
        Assert.Contains(
            "Info Stopped after step 3: 2 evaluations in a row without an eval_rewards/margins above 5.0000, which was after step 1.", run.Log);
        Assert.Contains("Info The model is that after step 1, with the highest eval_rewards/margins, 5.0000.", run.Log);
    }

    /// <summary>All evaluations of the small run have an accuracy of 1.</summary>
    [Fact]
    public void Of_equal_accuracies_the_first_is_the_best()
    {
        using var run = new SmallRun { Loss = step => 10 - step };
        run.Settings = run.Settings with { KeepsBest = true, MetricForBestModel = BestModelMetric.Accuracy };
        TrainingRun told = run.Run();
        Assert.Equal((6, 0, 0), (told.Steps.Count, told.RestoredStep, told.BestValidation!.Step));
    }

    /// <summary>It was killed between its last checkpoint and that.</summary>
    [Fact]
    public void A_run_that_is_over_removes_what_it_had_still_to_remove()
    {
        using var folder = new Data.TemporaryFolder();
        string path = Path.Combine(folder.Path, "run");
        SessionSettings settings = new() { Diagnosed = new(2, 3e-3), SaveSteps = 1, SaveTotalLimit = 3 };
        using (var first = new SmallRun { Folder = path, Settings = settings }) first.Run();
        Assert.Equal([4, 5, 6], RunFolder.CheckpointsIn(path));
        using var second = new SmallRun { Folder = path, Resumes = true, Settings = settings with { SaveTotalLimit = 2 } };
        Assert.Equal(6, second.Run().Steps.Count);
        Assert.Equal([5, 6], RunFolder.CheckpointsIn(path));
    }

    /// <summary>The best is after step 2, before the interruption; a loss would take the last.</summary>
    [Fact]
    public void A_run_that_goes_on_keeps_what_is_best()
    {
        using var folder = new Data.TemporaryFolder();
        string path = Path.Combine(folder.Path, "run");
        SessionSettings settings = new()
        {
            Diagnosed = new(2, 3e-3), EvaluationSteps = 1, SaveSteps = 1, SaveTotalLimit = 1, KeepsBest = true,
            MetricForBestModel = BestModelMetric.Margin,
        };
        float[][] best = [];
        using (var first = new SmallRun { Folder = path, Settings = settings })
        using (var source = new CancellationTokenSource())
        {
            first.Loss = step =>
            {
                if (step == 2) best = first.Weights();
                if (step == 4) source.Cancel();
                return 5 - Math.Abs(step - 2);
            };
            Assert.Throws<OperationCanceledException>(() => first.Run(source.Token));
        }
        Assert.Equal((BestModelMetric.Margin, 2), (TrainingRun.Load(path).MetricForBestModel, TrainingRun.Load(path).BestValidation!.Step));
        using var second = new SmallRun { Folder = path, Resumes = true, Settings = settings, Loss = step => 5 - Math.Abs(step - 2) };
        Assert.Equal((2, 2), (second.Run() is var told ? told.RestoredStep : null, told.BestValidation!.Step));
        Assert.Equal(best, second.Weights());
        Assert.Equal(["checkpoint-2", "checkpoint-6"], Directory.EnumerateDirectories(path, "checkpoint-*").Select(Path.GetFileName).Order());
    }

    /// <summary>A copy of the weights is a tensor for each: none is there where nobody asked for the best ones.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void The_best_weights_are_copied_only_where_they_were_asked_for(bool asked, int copies)
    {
        long Held(bool evaluates, bool keepsBest)
        {
            long before = LiveTensors.CountWithoutGarbage(), held = 0;
            using var run = new SmallRun { Loss = evaluates ? step => 10 - step : null };
            run.Settings = run.Settings with { KeepsBest = keepsBest };
            run.OnLog = line => held = line.StartsWith("Info step 3", StringComparison.Ordinal) ? LiveTensors.Count - before : held;
            run.Run();
            return held;
        }

        using var decoder = Models.RandomDecoder.Make();
        Held(false, false); // what is made once is made now
        Assert.Equal(Held(false, false) + (copies * decoder.Parameters.Count), Held(true, asked));
    }
}
