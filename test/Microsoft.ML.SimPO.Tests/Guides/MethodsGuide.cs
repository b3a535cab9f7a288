namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/methods.md, to the letter.</summary>
internal static class MethodsGuide
{
    public static void Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Alignment.LoadPreferences("train.jsonl"), test = ml.Alignment.LoadPreferences("test.jsonl");

        var sft = new SftTrainer.Options { ModelPath = "model", LearningRate = 1e-4, BatchSize = 4 };
        using AlignmentTransformer tuned = ml.Alignment.Trainers.Sft(sft).Fit(train, test);
        ValidationResult last = tuned.TrainingRun.Validations[^1];
        Console.WriteLine($"cross entropy {last.Loss:F3}, {last.MethodMetrics["mean_token_accuracy"]:P0} of tokens are the likeliest");

        var answers = new SftTrainer.Options
        {
            ModelPath = "model",
            Rows = RowKind.Responses, // columns `Prompt` and `Response`; RowKind.Texts learns a column `Text`
            ResponseColumnName = "Chosen",
            Tokens = SftTokens.All,
            LossType = SftLossType.Dft,
            Packing = true,
            MaxLength = 512,
            MaxPromptLength = 400,
            LearningRate = 1e-4,
            BatchSize = 1,
        };
        using AlignmentTransformer packed = ml.Alignment.Trainers.Sft(answers).Fit(train);
        Console.WriteLine($"{packed.TrainingRun.Steps.Count} steps of up to {answers.MaxLength} tokens");

        void Show(string method, AlignmentTransformer model)
        {
            AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(test));
            Console.WriteLine($"{method}: accuracy {metrics.Accuracy:P0}, mean margin {metrics.MeanMargin:F3}");
            model.Dispose();
        }

        const double rate = 5e-5;
        Show("SimPO", ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
            { BaseModel = tuned, Beta = 2.5f, GammaBetaRatio = 0.5f, LearningRate = rate }).Fit(train));
        Show("AlphaPO", ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
            { BaseModel = tuned, Beta = 2.5f, GammaBetaRatio = 0.5f, Alpha = 0.25f, LearningRate = rate }).Fit(train));
        Show("CPO", ml.Alignment.Trainers.Cpo(new CpoTrainer.Options
            { BaseModel = tuned, Beta = 0.1f, NllWeight = 1, LearningRate = rate }).Fit(train));
        Show("ORPO", ml.Alignment.Trainers.Orpo(new OrpoTrainer.Options
            { BaseModel = tuned, Beta = 0.5f, LearningRate = rate }).Fit(train));
        Show("SLiC-HF", ml.Alignment.Trainers.SlicHf(new SlicHfTrainer.Options
            { BaseModel = tuned, Delta = 1, Lambda = 0.1f, LearningRate = rate }).Fit(train));
        Show("RRHF", ml.Alignment.Trainers.Rrhf(new RrhfTrainer.Options
            { BaseModel = tuned, Lambda = 0.1f, LearningRate = rate }).Fit(train));

        var dpo = new DpoTrainer.Options
        {
            ModelPath = "model",
            Beta = 0.1f,
            Mix = new DpoMix((DpoLossType.Sigmoid, 1), (DpoLossType.Sft, 0.1)),
            LearningRate = rate,
        };
        using AlignmentTransformer over = ml.Alignment.Trainers.Dpo(dpo).Fit(train);
        ml.Model.Save(over, train.Schema, "dpo.zip");
        var saved = (AlignmentTransformer)ml.Model.Load("dpo.zip", out _);
        Show("DPO", saved.WithReference("model"));
        saved.Dispose();
        Show("R-DPO", ml.Alignment.Trainers.Dpo(new DpoTrainer.Options
            { BaseModel = tuned, Beta = 0.1f, LengthPenalty = 0.05f, LearningRate = rate }).Fit(train));
        Show("IPO", ml.Alignment.Trainers.Dpo(new DpoTrainer.Options
            { BaseModel = tuned, Beta = 0.1f, LossType = DpoLossType.Ipo, LearningRate = rate }).Fit(train));

        Show("KTO", ml.Alignment.Trainers.Kto(new KtoTrainer.Options
            { BaseModel = tuned, Beta = 0.1f, LearningRate = rate }).Fit(train));

        (string, PreferenceTrainerOptions)[] candidates =
        [
            ("SimPO", new SimPOTrainer.Options { BaseModel = tuned, Beta = 2.5f, LearningRate = rate }),
            ("DPO", new DpoTrainer.Options { BaseModel = tuned, Beta = 0.1f, LearningRate = rate }),
        ];
        using MethodComparison comparison = ml.Alignment.Compare(train, test, candidates, new ComparisonOptions { Answers = 2, MaxNewTokens = 16 });
        Console.WriteLine(comparison);

        using AlignmentTransformer rater = ml.Alignment.Trainers.Reward(new RewardTrainer.Options
            { ModelPath = "model", CenterRewardsCoefficient = 0.01f, LearningRate = rate }).Fit(train, test);
        ValidationResult rated = rater.TrainingRun.Validations[^1];
        Console.WriteLine(
            $"rewards from {rated.MethodMetrics["min_reward"]:F2} to {rated.MethodMetrics["max_reward"]:F2}, accuracy {rated.Metrics.Accuracy:P0}");
        rater.SaveCheckpoint("rater");
        // </guide>
    }
}
