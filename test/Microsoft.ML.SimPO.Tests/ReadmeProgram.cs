namespace Microsoft.ML.SimPO;

/// <summary>The README's program, to the letter.</summary>
internal static class ReadmeProgram
{
    public static void Run()
    {
        // <readme>
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Alignment.LoadPreferences("train.jsonl");
        IDataView test = ml.Alignment.LoadPreferences("test.jsonl");

        SimPOTrainer trainer = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
        {
            ModelPath = "model",
            Beta = 2.5f,
            GammaBetaRatio = 0.5f,
            LearningRate = 2.5e-4,
            BatchSize = 16,
        });
        using AlignmentTransformer model = trainer.Fit(train);

        AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(test));
        Console.WriteLine($"accuracy {metrics.Accuracy:P1}, mean margin {metrics.MeanMargin:F3}");
        Console.WriteLine(model.Generate(["What is the status of order 4355?"])[0]);

        model.SaveCheckpoint("tuned");
        ml.Model.Save(model, train.Schema, "tuned.zip");
        // </readme>
    }
}
