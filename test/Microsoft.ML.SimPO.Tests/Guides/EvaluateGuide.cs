using Microsoft.Extensions.AI;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/evaluate.md, to the letter.</summary>
internal static class EvaluateGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView test = ml.Alignment.LoadPreferences("test.jsonl");
        using AlignmentTransformer model = ml.Alignment.LoadModel("model", new ScoringOptions { Beta = 2.5f });
        AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(test));
        Console.WriteLine(
            $"accuracy {metrics.Accuracy:P1}, with 95 % confidence from {metrics.AccuracyInterval.Lower:P1} to {metrics.AccuracyInterval.Upper:P1}");
        Console.WriteLine($"mean margin {metrics.MeanMargin:F3}, log-loss {metrics.LogLoss:F3}, calibration error {metrics.CalibrationError:F3}");

        Console.WriteLine(
            $"log-probability of chosen answers {metrics.MeanChosenReward / model.Beta:F3} nats a token, length correlation {metrics.LengthCorrelation:F2}");

        var length = ml.Transforms.CustomMapping<PromptRow, PromptGroup>((row, group) => group.Length = row.Prompt.Length < 30 ? "short" : "long", null);
        IDataView grouped = length.Fit(test).Transform(test);
        foreach ((string name, AlignmentMetrics group) in ml.Alignment.Evaluate(model.Transform(grouped), groupColumnName: "Length").Groups)
            Console.WriteLine($"{name} prompts: {group.Count} pairs, accuracy {group.Accuracy:P1}");

        SimPOTrainer trainer = ml.Alignment.Trainers.SimPO("model", beta: 2.5f, learningRate: 2e-4);
        IReadOnlyList<CrossValidationFold> folds = ml.Alignment.CrossValidate(test, trainer, numberOfFolds: 2);
        Console.WriteLine($"cross-validated accuracy {folds.Average(f => f.Metrics.Accuracy):P1}");

        using (AlignmentTransformer trained = ml.Alignment.Trainers.Reward(new RewardTrainer.Options { ModelPath = "model", LearningRate = 2e-4 }).Fit(test))
            trained.SaveCheckpoint("rater");
        using AlignmentTransformer rater = ml.Alignment.LoadRewardModel("rater");
        Console.WriteLine($"reward model: accuracy {ml.Alignment.Evaluate(rater.Transform(test)).Accuracy:P1}");

        var judging = ml.Alignment.Transforms.Generate(model, options: new GenerationOptions { MaxNewTokens = 24 })
            .Append(ml.Alignment.Transforms.ScoreResponses(rater, responseColumnName: "Answer"));
        IDataView judged = judging.Fit(test).Transform(ml.Data.TakeRows(test, 3));
        foreach ((float reward, string answer) in judged.GetColumn<float>("Reward").Zip(judged.GetColumn<string>("Answer")))
            Console.WriteLine($"{reward:F3} {answer.ReplaceLineEndings(" ")}");

        using AlignmentTransformer tuned = trainer.Fit(test);
        using IChatClient judge = model.AsChatClient(); // so that this runs by itself; take one that judges well
        var options = new JudgeOptions { MaxPrompts = 4, CachePath = "verdicts.jsonl", Generation = new GenerationOptions { MaxNewTokens = 24 } };
        JudgeResult verdict = ml.Alignment.Judge(tuned, model, test, judge, options);
        Console.WriteLine(verdict);
        Console.WriteLine($"win rate {verdict.WinRate:P1}, and with answers of equal length {verdict.LengthControlledWinRate:P1}");
        // </guide>
    }

    private sealed class PromptRow
    {
        public string Prompt { get; set; } = "";
    }

    private sealed class PromptGroup
    {
        public string Length { get; set; } = "";
    }
}
