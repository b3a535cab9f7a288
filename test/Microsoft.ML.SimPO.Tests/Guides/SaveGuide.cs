using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/save.md, to the letter.</summary>
internal static class SaveGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView pairs = ml.Alignment.LoadPreferences("train.jsonl");
        using AlignmentTransformer model = ml.Alignment.Trainers.SimPO("model", beta: 2.5f, learningRate: 2e-4).Fit(pairs);
        model.SaveCheckpoint("tuned");

        model.SaveCheckpoint("tuned-bf16", CheckpointPrecision.BFloat16);
        using AlignmentTransformer again = ml.Alignment.LoadModel("tuned", new ScoringOptions { Beta = 2.5f });

        ml.Model.Save(model, pairs.Schema, "tuned.zip");
        ITransformer loaded = ml.Model.Load("tuned.zip", out DataViewSchema schema);
        Console.WriteLine($"{schema.Count} input columns, equal scores: "
            + $"{loaded.Transform(pairs).GetColumn<float>("Score").SequenceEqual(again.Transform(pairs).GetColumn<float>("Score"))}");
        (loaded as IDisposable)?.Dispose();

        using AlignmentTransformer large = model.WithExternalWeights("large");
        ml.Model.SaveAtomically(large, pairs.Schema, "large.zip");
        // </guide>
    }
}
