using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/fit.md, to the letter.</summary>
internal static class FitGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) =>
        {
            if (e.Kind >= ChannelMessageKind.Info) Console.WriteLine(e.RawMessage);
        };
        IDataView pairs = ml.Alignment.LoadPreferences("train.jsonl");

        Console.WriteLine(ml.Alignment.DescribePreferences("train.jsonl"));

        DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(pairs, testFraction: 0.2);

        SimPOTrainer trainer = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
        {
            ModelPath = "model",
            Beta = 2.5f,
            GammaBetaRatio = 0.5f,
            LearningRate = 2e-4,
            BatchSize = 8,
            Progress = new Progress<TrainingProgress>(p => Console.WriteLine($"{p.Step}/{p.TotalSteps} loss {p.Loss:F3}")),
        });
        using AlignmentTransformer model = trainer.Fit(parts.TrainSet, parts.TestSet);
        foreach (ValidationResult v in model.TrainingRun.Validations) Console.WriteLine($"epoch {v.Epoch}: accuracy {v.Metrics.Accuracy:P1}");
        // </guide>
    }
}
