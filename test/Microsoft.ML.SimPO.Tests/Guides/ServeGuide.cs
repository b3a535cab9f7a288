using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/serve.md, to the letter.</summary>
internal static class ServeGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext();
        using AlignmentTransformer model = ml.Alignment.LoadModel("model");
        using PredictionEngine<Pair, PairScores> engine =
            ml.Model.CreatePredictionEngine<Pair, PairScores>(model, new PredictionEngineOptions { OwnsTransformer = false });
        PairScores score = engine.Predict(new Pair { Prompt = "Where is my order?", Chosen = "On its way.", Rejected = "Ask somebody else." });
        Console.WriteLine($"margin {score.Margin:F3}, chosen is better: {score.PredictedLabel}");

        IDataView answers = ml.Data.LoadFromEnumerable(new[]
        {
            new Answer { Prompt = "Where is my order?", Response = "On its way." },
            new Answer { Prompt = "Where is my order?", Response = "Ask somebody else." },
        });
        ITransformer scorer = ml.Alignment.Transforms.ScoreResponses(model).Fit(answers);
        foreach (float reward in scorer.Transform(answers).GetColumn<float>("Reward")) Console.WriteLine($"reward {reward:F3}");

        Console.WriteLine(model.Generate(["What is the status of order 4355?"], new GenerationOptions { MaxNewTokens = 64 })[0]);
        // </guide>
    }

    private sealed class Pair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }

    private sealed class PairScores
    {
        public float Margin { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Answer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";
    }
}
