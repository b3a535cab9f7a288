using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>Rows of one answer, from the columns to the log.</summary>
public sealed class SftTrainerTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly Checkpoints.TempFolder _folder = new();
    private readonly List<string> _log = [];

    public SftTrainerTests() => _context.Log += (_, e) =>
    {
        lock (_log) _log.Add($"{e.Kind} {e.RawMessage}");
    };

    private IDataView Responses => PromptedResponse.View(_context, 8);

    private IDataView Texts => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8).Select(p => new { Text = $"{p.Prompt}\n\n{p.Chosen}" }));

    public void Dispose() => _folder.Dispose();

    /// <summary>The same ids in another schema: the same bits.</summary>
    [Fact]
    public void Chosen_answers_of_pairs_and_single_answers_are_learned_alike()
    {
        using AlignmentTransformer ofPairs = Train(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)), o => o.Rows = RowKind.Pairs);
        using AlignmentTransformer ofAnswers = Train(Responses);
        Assert.Equal(ofPairs.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)), ofAnswers.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)));
        Assert.Contains("Info 8 answers encoded: 8 rendered with the model's chat template.", _log);
        Assert.DoesNotContain(_log, l => l.Contains("equal answers", StringComparison.Ordinal));
    }

    /// <summary>What the validation says is what log-probabilities alone say, and steps at a rate of nothing lie on both sides of it.</summary>
    [Fact]
    public void The_loss_is_the_cross_entropy_of_the_answers_tokens()
    {
        using AlignmentTransformer model = Train(Responses, o => o.LearningRate = 1e-30f, Responses);
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        PreferenceEncoder encoder = QuickStartFiles.Encoder();
        EncodedPrompt[] answers = [.. PromptedResponse.Rows(8).Select((p, i) => encoder.EncodeAnswer(p.Prompt, p.Response, i + 1)!)];
        GroupScore[] scores = new GroupEvaluator(untuned.Model.Decoder, 4096).Score(answers, CancellationToken.None);
        double expected = -scores.Sum(s => s.Chosen.Sum) / scores.Sum(s => s.Chosen.Count);
        Assert.Equal(expected, model.TrainingRun.Validations[0].Loss, 1e-6);
        TrainingProgress[] steps = [.. model.TrainingRun.Steps];
        Assert.Equal(2, steps.Length);
        Assert.InRange(expected, Math.Min(steps[0].Loss, steps[1].Loss), Math.Max(steps[0].Loss, steps[1].Loss));
        Assert.All(steps, s => Assert.InRange(s.MethodMetrics["entropy"], 0.01, Math.Log(untuned.Model.Decoder.Architecture.VocabularySize)));
        Assert.All(steps, s => Assert.InRange(s.MethodMetrics["mean_token_accuracy"], 0.2, 1));
    }

    /// <summary>What takes a rejected answer is not a number, and is in no log.</summary>
    [Fact]
    public void What_takes_a_pair_is_not_said_of_single_answers()
    {
        using AlignmentTransformer model = Train(Responses, o => o.OutputPath = _folder.File("run"), Responses);
        TrainingProgress step = model.TrainingRun.Steps[0];
        Assert.True(double.IsFinite(step.ChosenReward) && double.IsFinite(step.ChosenLogProbability));
        Assert.All([step.RejectedReward, step.Accuracy, step.Margin, step.RejectedLogProbability], v => Assert.True(double.IsNaN(v)));
        AlignmentMetrics metrics = model.TrainingRun.Validations[^1].Metrics;
        Assert.Equal(0, metrics.Count);
        Assert.True(double.IsFinite(metrics.MeanChosenReward));
        Assert.All(
            [metrics.Accuracy, metrics.AccuracyInterval.Lower, metrics.MeanMargin, metrics.MarginStandardDeviation, metrics.MeanRejectedReward, metrics.LogLoss,
                metrics.CalibrationError],
            v => Assert.True(double.IsNaN(v)));
        string log = File.ReadAllText(Path.Combine(_folder.File("run"), "trainer_log.jsonl"));
        Assert.Contains("\"rewards/chosen\"", log, StringComparison.Ordinal);
        Assert.DoesNotContain("rejected", log[..log.IndexOf("eval_metrics", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Contains("\"eval_mean_token_accuracy\"", log, StringComparison.Ordinal);
        string said = Assert.Single(_log, l => l.StartsWith("Info step 1/2 ", StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", said, StringComparison.Ordinal);
        Assert.Contains(" entropy ", said, StringComparison.Ordinal);
        Assert.Contains(_log, l => l.StartsWith("Info validation after step 0: eval_loss ", StringComparison.Ordinal)
            && !l.Contains(" mean margin ", StringComparison.Ordinal) && l.Contains(" eval_entropy ", StringComparison.Ordinal));
    }

    /// <summary>
    /// TRL learns prompts too, without a word, from ready ids that come with a mask of their answers, unless a setting says that the mask is meant. Here ids
    /// know where their answer begins, and the option says what is learned, also where TRL is followed.
    /// </summary>
    [Theory]
    [InlineData(Compatibility.None)]
    [InlineData(Compatibility.Trl024)]
    [InlineData(Compatibility.Trl116)]
    public void Prompts_of_ready_ids_are_learned_only_where_all_tokens_are_asked_for(Compatibility mode)
    {
        SftTrainer.Options options = Options();
        (options.Compatibility, options.LearningRate) = (mode, 1e-30);
        TextPair pair = QuickStartFiles.Pairs(1)[0];
        EncodedPrompt answers = options.Encode(QuickStartFiles.Encoder(), [pair.Prompt, pair.Chosen], 1, PromptOrigin.Given)!;
        options.Tokens = SftTokens.All;
        EncodedPrompt all = options.Encode(QuickStartFiles.Encoder(), [pair.Prompt, pair.Chosen], 1, PromptOrigin.Given)!;
        Assert.Equal((true, answers.Chosen.Ids.Length, 1), (answers.Chosen.PromptLength > 1, all.Chosen.Ids.Length, all.Chosen.PromptLength));

        options.Tokens = SftTokens.Answers;
        int[] ids = [5, 9, 14, 3, 60, 41, 7];
        using Decoder decoder = RandomDecoder.Make();
        GroupScore whole = new GroupScorer(decoder).Score([new EncodedPrompt(new EncodedAnswer(ids, 1) { Rating = 1 })])[0];
        GroupScore answer = new GroupScorer(decoder).Score([new EncodedPrompt(new EncodedAnswer(ids, 4) { Rating = 1 })])[0];
        List<TrainingProgress> steps = [];
        new TrainingLoop(decoder, options.CreateLoss(), options.Settings(decoder))
            .Run([new EncodedPrompt(new EncodedAnswer(ids, 4) { Rating = 1 })], [new TrainingStep([[0]], 1)], steps.Add);
        Assert.Equal(-answer.Chosen.Sum / 3, steps[0].Loss, 1e-6);
        Assert.NotEqual(-whole.Chosen.Sum / 6, steps[0].Loss, 1e-3);
    }

    [Fact]
    public void A_row_of_one_answer_is_scored_by_its_reward()
    {
        using AlignmentTransformer model = Train(Responses);
        IDataView scored = model.Transform(Responses);
        float[] rewards = [.. scored.GetColumn<float>("ChosenReward")];
        Assert.Equal(rewards, scored.GetColumn<float>("Score"));
        Assert.All(scored.GetColumn<float>("Margin").Concat(scored.GetColumn<float>("RejectedReward")), v => Assert.True(float.IsNaN(v)));
        Assert.All(scored.GetColumn<bool>("PredictedLabel"), Assert.False);
        Assert.Equal(rewards, _context.Alignment.Transforms.ScoreResponses(model).Fit(Responses).Transform(Responses).GetColumn<float>("Reward"));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(scored);
        Assert.Equal((0L, rewards.Average()), (metrics.Count, (float)metrics.MeanChosenReward));

        // A model is scored with what its options say, however it was tuned.
        using AlignmentTransformer loaded = _context.Alignment.LoadModel(QuickStartFiles.Model, new ScoringOptions { Rows = RowKind.Responses, Beta = 1 });
        Assert.Equal(8, loaded.Transform(Responses).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void All_tokens_of_texts_are_learned_but_the_first()
    {
        using AlignmentTransformer model = Train(Texts, o => (o.Rows, o.BatchSize) = (RowKind.Texts, 8));
        HfTokenizer tokenizer = HfTokenizer.Load(QuickStartFiles.Model);
        int tokens = QuickStartFiles.Pairs(8).Sum(p => tokenizer.Encode($"{p.Prompt}\n\n{p.Chosen}", addSpecialTokens: false).Length + 2); // BOS and EOS
        TrainingProgress step = Assert.Single(model.TrainingRun.Steps);
        Assert.Equal(tokens - 7, step.Tokens); // BOS, which all begin with, is laid out once
        Assert.Contains("Info 8 texts encoded: as they are.", _log);
        Assert.Equal(8, model.Transform(Texts).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void With_all_tokens_prompts_are_learned_too()
    {
        using AlignmentTransformer answers = Train(Responses, o => o.BatchSize = 8), all = Train(Responses, o => (o.BatchSize, o.Tokens) = (8, SftTokens.All));
        Assert.Equal(answers.TrainingRun.Steps[0].Tokens - 7, all.TrainingRun.Steps[0].Tokens); // the first, which all begin with, is laid out once
        Assert.NotEqual(answers.TrainingRun.Steps[0].Loss, all.TrainingRun.Steps[0].Loss);
        Assert.Equal(
            answers.Transform(Responses).GetColumn<float>("Score").Average(), all.Transform(Responses).GetColumn<float>("Score").Average(), 0.5f); // of answers
    }

    /// <summary>One text a step, or all of them in rows: the same texts, and fewer steps.</summary>
    [Fact]
    public void Packed_rows_take_the_place_of_texts_in_a_step()
    {
        using AlignmentTransformer plain = Train(Responses, o => o.BatchSize = 1), packed = Train(Responses, o => (o.BatchSize, o.Packing) = (1, true));
        Assert.Equal(8, plain.TrainingRun.Steps.Count);
        Assert.InRange(packed.TrainingRun.Steps.Count, 1, 7);
        Assert.All(packed.TrainingRun.Steps, s => Assert.InRange(s.Tokens, 1, 256));
        Assert.Equal(plain.TrainingRun.Steps.Sum(s => s.Tokens), packed.TrainingRun.Steps.Sum(s => s.Tokens));
    }

    [Fact]
    public void Single_answers_are_searched_and_cross_validated_by_their_loss()
    {
        SweepResult Sweep(SweepMetric metric) => _context.Alignment.Sweep(
            Responses, Responses, Options(), new SweepOptions { MaxTrials = 2, Metric = metric, Space = SweepSpace.Of("LearningRate") });
        using SweepResult sweep = Sweep(SweepMetric.ValidationLoss);
        Assert.All(sweep.Trials, t => Assert.Equal((AlignmentTrialStatus.Completed, t.Metric), (t.Status, t.Loss)));
        Assert.Equal(sweep.Trials.Min(t => t.Metric), sweep.BestTrial.Metric);
        Assert.Equal(
            "`Metric` must be ValidationLoss where `Rows` is Responses, of which there is no other, but was Accuracy. (Parameter 'sweep')",
            Assert.Throws<ArgumentException>(() => Sweep(SweepMetric.Accuracy)).Message);
        IReadOnlyList<CrossValidationFold> folds = _context.Alignment.CrossValidate(Responses, _context.Alignment.Trainers.Sft(Options()), numberOfFolds: 2);
        Assert.All(folds, f => Assert.Equal((0L, true), (f.Metrics.Count, double.IsFinite(f.Metrics.MeanChosenReward))));
        Assert.Contains(_log, l => l.StartsWith("Info fold 1/2: mean reward -", StringComparison.Ordinal));
    }

    [Fact]
    public void A_share_of_single_answers_and_of_texts_can_be_held_out()
    {
        using AlignmentTransformer ofAnswers = Train(Responses, o => o.ValidationFraction = 0.25);
        Assert.Equal((6, 2), (ofAnswers.TrainingRun.TrainingData!.Used, ofAnswers.TrainingRun.ValidationData!.Used));
        using AlignmentTransformer ofTexts = Train(Texts, o => (o.Rows, o.ValidationFraction) = (RowKind.Texts, 0.25));
        Assert.Equal((6, 2), (ofTexts.TrainingRun.TrainingData!.Used, ofTexts.TrainingRun.ValidationData!.Used));
    }

    [Fact]
    public void What_no_row_can_be_made_of_is_named()
    {
        IDataView Of(string prompt, string response) => _context.Data.LoadFromEnumerable([new { Prompt = prompt, Response = response, Text = response }]);
        string Fault(IDataView data, RowKind rows) => Assert.Throws<InvalidDataException>(() => Train(data, o => o.Rows = rows)).Message;
        Assert.Equal("Row 1: the answer is empty. Remove the row, or set `DropEmptyAnswers`.", Fault(Of("p", " "), RowKind.Responses));
        Assert.Equal("Row 1: the text is empty. Remove the row, or set `DropEmptyAnswers`.", Fault(Of("p", ""), RowKind.Texts));
        Assert.Equal(
            "Row 1: the text is a conversation. Give its last answer in a column of its own, and what is before it as the prompt.",
            Fault(Of("p", """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]"""), RowKind.Texts));
        string columns = Assert.Throws<ArgumentOutOfRangeException>(() => Train(Responses, o => o.Rows = RowKind.Texts)).Message;
        Assert.StartsWith("Could not find text column 'Text'", columns, StringComparison.Ordinal);
        Assert.Equal(
            "There are no answers to learn from: the data has no rows, or every row was dropped. Of 1 an answer is empty.",
            Assert.Throws<InvalidOperationException>(() => Train(Of("p", ""), o => o.DropEmptyAnswers = true)).Message);
    }

    [Fact]
    public void The_trainer_keeps_the_contract() => new EstimatorContract(
        _context.Alignment.Trainers.Sft(Options()), Responses,
        _context.Data.LoadFromEnumerable([new { Prompt = "p", Chosen = "c", Rejected = "r" }]),
        _context.Data.LoadFromEnumerable([new { Prompt = 1f, Response = "r" }])).Check();

    private AlignmentTransformer Train(IDataView data, Action<SftTrainer.Options>? change = null, IDataView? validation = null)
    {
        SftTrainer.Options options = Options();
        change?.Invoke(options);
        return _context.Alignment.Trainers.Sft(options).Fit(data, validation);
    }

    private static SftTrainer.Options Options() => QuickStartFiles.Small(new SftTrainer.Options { Rows = RowKind.Responses, LearningRate = 1e-4 });
}
