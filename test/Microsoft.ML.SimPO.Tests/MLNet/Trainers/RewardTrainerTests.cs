using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>A reward model made of the model of QuickStart; what holds for every trainer is in <see cref="MethodTrainerTests"/>.</summary>
public sealed class RewardTrainerTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    public void Dispose() => _folder.Dispose();

    /// <summary>Architecture, labels and padding are those that Hugging Face reads; every other byte of config.json is as it was.</summary>
    [Fact]
    public void What_it_saves_is_a_reward_model_of_Hugging_Face_that_scores_and_is_trained_on_to_the_same_bits()
    {
        using AlignmentTransformer model = Train();
        Assert.True(model.IsRewardModel);
        Assert.Matches(@"^llama reward model with 1,\d{3},\d{3} parameters, tuned with Reward in 2 steps$", model.ToString());
        model.SaveCheckpoint(_folder.File("rewarding"));
        using (var tensors = CheckpointReader.Open(_folder.File("rewarding")))
        {
            Assert.Equal([1, 192], tensors.Tensors["score.weight"].Shape);
            Assert.DoesNotContain("lm_head.weight", tensors.Tensors.Keys);
        }
        JsonElement before = Config(QuickStartFiles.Model), config = Config(_folder.File("rewarding"));
        Assert.Equal("[\"LlamaForSequenceClassification\"]", config.GetProperty("architectures").GetRawText());
        Assert.Equal(("{\"0\": \"LABEL_0\"}", "{\"LABEL_0\": 0}"), (config.GetProperty("id2label").GetRawText(), config.GetProperty("label2id").GetRawText()));
        Assert.Equal(model.Model.Tokenizer.TokenId(Token("pad_token") ?? Token("eos_token")!), config.GetProperty("pad_token_id").GetInt32());
        string[] changed = ["architectures", "id2label", "label2id", "pad_token_id", "torch_dtype", "dtype"];
        Assert.All(
            before.EnumerateObject().Where(p => !changed.Contains(p.Name)), p => Assert.Equal(p.Value.GetRawText(), config.GetProperty(p.Name).GetRawText()));

        Assert.Equal(model.ParameterCount, _context.Alignment.DescribeModel(_folder.File("rewarding")).Parameters);
        Assert.Equal(model.ParameterCount, _context.Alignment.DescribeModel(QuickStartFiles.Model, new RewardTrainer.Options()).Parameters);

        float[] scores = Scores(model);
        using AlignmentTransformer loaded = _context.Alignment.LoadRewardModel(_folder.File("rewarding")), any = _context.Alignment.LoadModel(
            _folder.File("rewarding"), new RewardTrainer.Options { MaxLength = 256, MaxPromptLength = 200 });
        Assert.Equal(scores, Scores(loaded));
        Assert.Equal(scores, Scores(any));
        Assert.Equal((1f, 0.0, true), (loaded.Beta, loaded.TargetMargin, loaded.IsRewardModel));

        using AlignmentTransformer further = Train(o => (o.ModelPath, o.BatchSize) = (_folder.File("rewarding"), 8)),
            sameFurther = Train(o => (o.BaseModel, o.BatchSize) = (loaded, 8));
        Assert.Equal(scores.Average(), further.TrainingRun.Steps[0].Margin, 1e-5); // it goes on with the head that there is
        Assert.Equal(Scores(further), Scores(sameFurther));
        Assert.Equal(scores, Scores(loaded));
    }

    /// <summary>The rewards of the first step are those of the head that the seed drew, with transformers' 0.02.</summary>
    [Fact]
    public void A_new_head_is_drawn_from_the_seed_and_the_base_stays_as_it_is()
    {
        using AlignmentTransformer shared = _context.Alignment.LoadModel(QuickStartFiles.Model);
        float[] untuned = Scores(shared);
        using AlignmentTransformer first = Train(o => (o.LearningRate, o.Seed) = (1e-12, 5)), again = Train(o => (o.BaseModel, o.Seed) = (shared, 5)),
            alone = Train(o => o.Seed = 5), other = Train(o => o.Seed = 6);
        Assert.Equal(Scores(alone), Scores(again));
        Assert.NotEqual(Scores(alone), Scores(other));
        Assert.Equal(untuned, Scores(shared));
        float[] head = first.Model.Decoder.Head.Value.data<float>().ToArray();
        Assert.Equal(192, head.Length);
        Assert.InRange(Math.Sqrt(head.Average(v => (double)v * v)), 0.017, 0.023);
        Assert.InRange(head.Average(), -0.006, 0.006);
    }

    [Fact]
    public void An_adapter_trains_the_head_whole_and_makes_a_reward_model_of_its_base()
    {
        using AlignmentTransformer model = Train(o => (o.Lora, o.LearningRate) = (new LoraOptions { Rank = 4, Alpha = 8 }, 5e-3));
        float[] scores = Scores(model);
        model.SaveAdapter(_folder.File("adapter"));
        JsonElement config = JsonDocument.Parse(File.ReadAllBytes(_folder.File("adapter", "adapter_config.json"))).RootElement;
        Assert.Equal("SEQ_CLS", config.GetProperty("task_type").GetString());
        Assert.Equal("[\"score\"]", Compact(config.GetProperty("modules_to_save")));
        using (CheckpointReader tensors = AdapterFolder.OpenWeights(_folder.File("adapter")))
            Assert.Equal([1, 192], tensors.Tensors["base_model.model.score.weight"].Shape);

        using AlignmentTransformer loaded = _context.Alignment.LoadRewardModel(_folder.File("adapter"), Lengths());
        Assert.Equal(scores, Scores(loaded));
        using (AlignmentTransformer language = _context.Alignment.LoadModel(QuickStartFiles.Model, Lengths()))
        using (AlignmentTransformer rating = language.WithAdapter(_folder.File("adapter")))
        {
            Assert.Equal((false, true), (language.IsRewardModel, rating.IsRewardModel));
            Assert.Equal(scores, Scores(rating));
        }
        _context.Model.Save(model, Data.Schema, _folder.File("model.zip"));
        using (var saved = (AlignmentTransformer)_context.Model.Load(_folder.File("model.zip"), out _)) Assert.Equal(scores, Scores(saved));
        loaded.SaveCheckpoint(_folder.File("merged"));
        using AlignmentTransformer merged = _context.Alignment.LoadRewardModel(_folder.File("merged"), Lengths());
        foreach ((float adapted, float found) in scores.Zip(Scores(merged))) Assert.Equal(adapted, found, 1e-4f);

        string json = File.ReadAllText(_folder.File("adapter", "adapter_config.json"));
        File.WriteAllText(_folder.File("adapter", "adapter_config.json"), json.Replace("SEQ_CLS", "CAUSAL_LM", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => _context.Alignment.LoadRewardModel(_folder.File("adapter")));
    }

    [Fact]
    public void A_run_of_an_adapter_that_was_cancelled_goes_on_to_the_same_bits()
    {
        static void Adapted(RewardTrainer.Options o) => (o.Lora, o.LearningRate, o.Epochs) = (new LoraOptions { Rank = 4 }, 5e-3, 2);
        using AlignmentTransformer whole = Train(Adapted);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(
            o =>
            {
                Adapted(o);
                (o.OutputPath, o.SaveOnCancel) = (_folder.File("run"), true);
                o.Progress = new Listener<TrainingProgress>(p => { if (p.Step == 2) source.Cancel(); });
            },
            source.Token));
        using AlignmentTransformer resumed = Train(o =>
        {
            Adapted(o);
            (o.OutputPath, o.ResumeFrom) = (_folder.File("run"), "Auto");
        });
        Assert.Equal(Scores(whole), Scores(resumed));
    }

    /// <summary>What the head says where each text ends, found without the transformer: rewards, their margin, and what becomes of it.</summary>
    [Fact]
    public void A_pair_has_both_rewards_their_margin_and_what_is_judged_by_it()
    {
        using AlignmentTransformer model = Train(o => o.LearningRate = 1e-3);
        PreferenceEncoder encoder = model.Model.Encoder(Options());
        EncodedPrompt[] pairs = [.. QuickStartFiles.Pairs(8).Select((p, i) => encoder.Encode(p.Prompt, p.Chosen, p.Rejected, i + 1)!)];
        (double Chosen, double Rejected)[] expected =
            [.. new GroupScorer(model.Model.Decoder, new ModelReward()).Score(pairs).Select(g => (g.Chosen.Sum, g.Rejected.Sum))];
        double[] margins = [.. expected.Select(e => e.Chosen - e.Rejected)];
        IDataView scored = model.Transform(Data);
        void AssertColumn(string name, Func<(double Chosen, double Rejected), double> of) =>
            Assert.All(expected.Zip(scored.GetColumn<float>(name)), p => Assert.Equal(of(p.First), p.Second, 1e-5));
        AssertColumn("ChosenReward", e => e.Chosen);
        AssertColumn("RejectedReward", e => e.Rejected);
        AssertColumn("Margin", e => e.Chosen - e.Rejected);
        AssertColumn("Score", e => e.Chosen - e.Rejected);
        AssertColumn("Probability", e => 1 / (1 + Math.Exp(e.Rejected - e.Chosen)));
        Assert.Equal(margins.Select(m => m > 0), scored.GetColumn<bool>("PredictedLabel"));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(scored);
        Assert.Equal((8L, margins.Count(m => m > 0) / 8.0), (metrics.Count, metrics.Accuracy));
        Assert.Equal(margins.Average(), metrics.MeanMargin, 1e-5);
        Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(-m))), metrics.LogLoss, 1e-5); // Bradley and Terry's, without a target
        Assert.Equal(expected.Average(e => e.Chosen), metrics.MeanChosenReward, 1e-5);
        Assert.Equal(expected.Average(e => e.Rejected), metrics.MeanRejectedReward, 1e-5);
    }

    /// <summary>The first step's loss by hand: with what the rewards are, and the margins of its pairs, whatever order they come in.</summary>
    [Fact]
    public void A_column_says_by_how_much_an_answer_is_the_better_one()
    {
        TextPair[] pairs = QuickStartFiles.Pairs(8);
        IDataView Margins(Func<int, float> margin) => _context.Data.LoadFromEnumerable(
            pairs.Select((p, i) => new RatedPair { Prompt = p.Prompt, Chosen = p.Chosen, Rejected = p.Rejected, Better = margin(i) }));
        RewardTrainer Trainer(string? column) =>
            _context.Alignment.Trainers.Reward(Options(o => (o.MarginColumnName, o.LearningRate, o.BatchSize) = (column, 1e-12, 8)));
        using AlignmentTransformer plain = Trainer(null).Fit(Margins(i => i)), none = Trainer("Better").Fit(Margins(_ => 0)),
            wanted = Trainer("Better").Fit(Margins(i => i / 2f), Margins(i => i / 2f));
        Assert.Equal(plain.TrainingRun.Steps[0].Loss, none.TrainingRun.Steps[0].Loss);
        float[] margins = [.. plain.Transform(Data).GetColumn<float>("Margin")];
        double expected = margins.Select((m, i) => Math.Log(1 + Math.Exp((i / 2f) - m))).Average();
        Assert.Equal(expected, wanted.TrainingRun.Steps[0].Loss, 1e-4);
        Assert.Equal(expected, wanted.TrainingRun.Validations[0].Loss, 1e-4);
        Assert.Equal(plain.TrainingRun.Steps[0].Margin, wanted.TrainingRun.Steps[0].Margin, 1e-6); // what is logged is what the model says

        Assert.Equal(
            "Row 3: 'Better' is NaN, which is no finite number. Use 0 where nothing is known.",
            Assert.Throws<InvalidDataException>(() => Trainer("Better").Fit(Margins(i => i == 2 ? float.NaN : 1))).Message);
        Assert.StartsWith(
            "Could not find margin column 'Better'", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer("Better").Fit(Data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Its_log_has_rewards_and_no_log_probabilities()
    {
        using AlignmentTransformer model = Train(o => o.CenterRewardsCoefficient = 0.01f);
        Assert.All(model.TrainingRun.Steps, s =>
        {
            Assert.Equal((double.NaN, double.NaN), (s.ChosenLogProbability, s.RejectedLogProbability));
            Assert.Equal((s.ChosenReward + s.RejectedReward) / 2, s.MethodMetrics["mean_reward"], 1e-6);
            Assert.Equal((s.Margin, s.Accuracy), (s.MethodMetrics["margin"], s.MethodMetrics["accuracy"]));
            Assert.InRange(s.MethodMetrics["mean_reward"], s.MethodMetrics["min_reward"], s.MethodMetrics["max_reward"]);
        });
        Assert.Empty(model.TrainingRun.Findings);
    }

    [Fact]
    public void A_model_of_the_other_kind_is_refused_by_name()
    {
        using AlignmentTransformer model = Train();
        model.SaveCheckpoint(_folder.File("m"));
        string rating = $"The model '{_folder.File("m")}' is a reward model: ", scoring = ". It scores pairs and responses, and `Trainers.Reward` tunes it.";
        string language = $"The model '{Path.GetFullPath(QuickStartFiles.Model)}' is a language model, and no reward model";
        AssertRefused(rating + "SimPO tunes models that write answers" + scoring,
            () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ModelPath = _folder.File("m"))).Fit(Data));
        AssertRefused(rating + "a reference is a model that writes answers" + scoring,
            () => _context.Alignment.Trainers.Dpo(new() { ModelPath = QuickStartFiles.Model, ReferencePath = _folder.File("m") }).Fit(Data));
        AssertRefused(rating + "SimPO's rewards are of log-probabilities, which it has not" + scoring,
            () => _context.Alignment.LoadModel(_folder.File("m"), QuickStartFiles.Options()));
        using AlignmentTransformer loaded = _context.Alignment.LoadRewardModel(_folder.File("m"));
        AssertRefused(rating + "it rates answers and writes none" + scoring, () => loaded.Generate("Why?"));
        AssertRefused(rating + "it rates answers and writes none" + scoring, () => _context.Alignment.Transforms.Generate(loaded));
        AssertRefused(language + ". Load it with `LoadModel`, or make a reward model of it with `Trainers.Reward`.",
            () => _context.Alignment.LoadRewardModel(QuickStartFiles.Model));
        AssertRefused(language + ", which Reward's options are for. Make one of it with `Trainers.Reward`.",
            () => _context.Alignment.LoadModel(QuickStartFiles.Model, new RewardTrainer.Options()));
        Assert.Equal(
            "reward: it trains reward models, which write no answers. Compare methods that tune language models. (Parameter 'methods')",
            Assert.Throws<ArgumentException>(() => _context.Alignment.Compare(Data, Data, [("reward", Options())])).Message);
    }

    [Fact]
    public void What_its_options_cannot_be_is_told_at_once()
    {
        string message = Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.Reward(new RewardTrainer.Options
        {
            ModelPath = "m", Beta = 2, CenterRewardsCoefficient = -1, SampleAnswers = 3, Rows = RowKind.Responses, Compatibility = Compatibility.Trl024,
        })).Message;
        Assert.Equal(
            [
                "`Beta` must be 1 with Reward, whose rewards are what the model says, but was 2.",
                "`CenterRewardsCoefficient` must be 0 or more, but was -1. Use 0.01, or 0 for none.",
                "`Compatibility` must be another with Reward, but was Trl024, which has SimPO, Cpo, Orpo, Sft, Dpo alone. Use None.",
                "`Rows` must be Pairs with Reward, which needs a rejected answer, but was Responses.",
                "`SampleAnswers` must be 0 with Reward, whose model writes no answers, but was 3.",
            ],
            message.Replace(" (Parameter 'options')", "", StringComparison.Ordinal).Split(Environment.NewLine).Order(StringComparer.Ordinal));
        var usual = new RewardTrainer.Options();
        Assert.Equal((1f, 1e-5, 0f), (usual.Beta, usual.LearningRate, usual.CenterRewardsCoefficient));
    }

    /// <summary>TRL 1.16 cuts no text of a reward model: it leaves the pair out.</summary>
    [Fact]
    public void As_TRL_has_it_pairs_with_a_longer_text_are_left_out()
    {
        HfTokenizer tokenizer = HfTokenizer.Load(QuickStartFiles.Model);
        int Tokens(string prompt, string answer) => tokenizer.Encode(prompt + answer, addSpecialTokens: true).Length + 1; // EOS
        int[] longest = [.. QuickStartFiles.Pairs(8).Select(p => Math.Max(Tokens(p.Prompt, p.Chosen), Tokens(p.Prompt, p.Rejected)))];
        int limit = longest.Order().ElementAt(4);
        using AlignmentTransformer model = Train(o =>
        {
            (o.Compatibility, o.ApplyChatTemplate, o.BatchSize) = (Compatibility.Trl116, false, 1);
            (o.MaxLength, o.MaxPromptLength) = (limit, limit - 1);
        });
        Assert.InRange(model.TrainingRun.Steps.Count, 5, 7);
        Assert.Equal(longest.Count(l => l <= limit), model.TrainingRun.Steps.Count);
    }

    [Fact]
    public void A_response_alone_has_the_reward_that_it_has_in_a_pair_also_in_a_saved_chain()
    {
        using AlignmentTransformer model = Train();
        IDataView responses = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8).Select(p => new { p.Prompt, Response = p.Rejected }));
        var chain = _context.Transforms.CopyColumns("Question", "Prompt")
            .Append(_context.Alignment.Transforms.ScoreResponses(model, "Reward", "Question"));
        using var fitted = chain.Fit(responses);
        float[] rewards = [.. fitted.Transform(responses).GetColumn<float>("Reward")], pairs = [.. model.Transform(Data).GetColumn<float>("RejectedReward")];
        foreach ((float alone, float inPair) in rewards.Zip(pairs)) Assert.Equal(inPair, alone, 1e-5f);
        using var stream = new MemoryStream();
        _context.Model.Save(fitted, responses.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        Assert.Equal(rewards, loaded.Transform(responses).GetColumn<float>("Reward"));
        (loaded as IDisposable)?.Dispose();
    }

    private AlignmentTransformer Train(Action<RewardTrainer.Options>? change = null, CancellationToken cancellationToken = default) =>
        _context.Alignment.Trainers.Reward(Options(change)).Fit(Data, null, cancellationToken);

    private static RewardTrainer.Options Options(Action<RewardTrainer.Options>? change = null)
    {
        var options = new RewardTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, LearningRate = 1e-4, BatchSize = 4, WarmupRatio = 0, MaxLength = 256, MaxPromptLength = 200, Seed = 5,
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>A pair of which it is known how much better the chosen answer is.</summary>
    private sealed class RatedPair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float Better { get; set; }
    }

    private static ScoringOptions Lengths() => new() { MaxLength = 256, MaxPromptLength = 200 };

    private float[] Scores(AlignmentTransformer model) => [.. model.Transform(Data).GetColumn<float>("Score")];

    private static void AssertRefused(string message, Func<object> use) => Assert.Equal(message, Assert.Throws<InvalidOperationException>(use).Message);

    private static JsonElement Config(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json"))).RootElement;

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    private static string? Token(string name)
    {
        JsonElement config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(QuickStartFiles.Model, "tokenizer_config.json"))).RootElement;
        return config.TryGetProperty(name, out JsonElement token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null;
    }
}
