namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/select.md, to the letter.</summary>
internal static class SelectGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(ml.Alignment.LoadPreferences("train.jsonl"), testFraction: 0.25);
        var options = new SimPOTrainer.Options { ModelPath = "model", BatchSize = 8 };

        SweepSpace space = SweepSpace.Of("Beta", "GammaBetaRatio")
            .Add("LearningRate", 5e-5, 5e-4, logScale: true)
            .AddChoice("LossType", SimPOLossType.Sigmoid, SimPOLossType.Hinge);

        using SweepResult sweep = ml.Alignment.Sweep(parts.TrainSet, parts.TestSet, options, new SweepOptions
        {
            Space = space,
            Algorithm = SweepAlgorithm.SuccessiveHalving,
            MaxTrials = 4,
            MaxTime = TimeSpan.FromMinutes(30),
            OutputPath = "sweep",
        });
        Console.WriteLine(sweep);

        AlignmentMetrics metrics = ml.Alignment.Evaluate(sweep.BestModel.Transform(ml.Alignment.LoadPreferences("test.jsonl")));
        Console.WriteLine($"best: learning rate {sweep.BestTrial.TrialSettings.Options.LearningRate:G3}, accuracy {metrics.Accuracy:P1} on unseen pairs");
        // </guide>
    }
}
