namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/runs.md, to the letter.</summary>
internal static class RunsGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Alignment.LoadPreferences("train.jsonl");
        var options = new SimPOTrainer.Options
        {
            ModelPath = "model",
            Beta = 2.5f,
            LearningRate = 2e-4,
            BatchSize = 8,
            Epochs = 2,
            ValidationFraction = 0.2, // split by prompt
            EvaluationSteps = 5,
            EarlyStoppingPatience = 3,
            OutputPath = "run",
            SaveSteps = 5,
            SaveTotalLimit = 2,
            ResumeFrom = "Auto",
        };
        using AlignmentTransformer model = ml.Alignment.Trainers.SimPO(options).Fit(train);
        ValidationResult best = model.TrainingRun.BestValidation!;
        Console.WriteLine($"best after step {best.Step} of {model.TrainingRun.Steps.Count}: loss {best.Loss:F3}");

        (options.LearningRate, options.EarlyStoppingPatience) = (2e-2, 0);
        (options.OutputPath, options.ResumeFrom, options.SaveSteps, options.SaveTotalLimit) = (null, null, 0, 0);
        using AlignmentTransformer broken = ml.Alignment.Trainers.SimPO(options).Fit(train);
        foreach (TrainingDiagnosis finding in broken.TrainingRun.Findings) Console.WriteLine(finding.Message);
        // </guide>
    }
}
