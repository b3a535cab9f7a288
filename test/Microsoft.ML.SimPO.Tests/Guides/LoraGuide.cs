namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/lora.md, to the letter.</summary>
internal static class LoraGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Alignment.LoadPreferences("train.jsonl");
        SimPOTrainer trainer = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
        {
            ModelPath = "model",
            Beta = 2.5f,
            LearningRate = 1e-3,
            BatchSize = 8,
            Lora = new LoraOptions { Rank = 16, Alpha = 32 },
        });
        using AlignmentTransformer tuned = trainer.Fit(train);
        Console.WriteLine($"{tuned.AdapterParameterCount} of {tuned.ParameterCount} parameters were trained");

        tuned.SaveAdapter("adapter");
        tuned.SaveCheckpoint("merged");
        ml.Model.Save(tuned, train.Schema, "tuned.zip");

        using AlignmentTransformer loaded = ml.Alignment.LoadModel("adapter", new ScoringOptions { Beta = 2.5f });
        Console.WriteLine($"accuracy {ml.Alignment.Evaluate(loaded.Transform(train)).Accuracy:P0}");

        SimPOTrainer further = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options { ModelPath = "adapter", Beta = 2.5f, LearningRate = 1e-4 });
        using AlignmentTransformer longer = further.Fit(train);

        using AlignmentTransformer shared = ml.Alignment.LoadModel("model", new ScoringOptions { Beta = 2.5f });
        foreach (int rank in new[] { 4, 8 })
        {
            SimPOTrainer one = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
            {
                BaseModel = shared,
                Beta = 2.5f,
                LearningRate = 1e-3,
                Lora = new LoraOptions { Rank = rank, Alpha = 2 * rank },
            });
            using AlignmentTransformer model = one.Fit(train);
            Console.WriteLine($"rank {rank}: loss {model.TrainingRun.Steps[^1].Loss:F3}");
        }
        using AlignmentTransformer again = shared.WithAdapter("adapter");
        // </guide>
    }
}
