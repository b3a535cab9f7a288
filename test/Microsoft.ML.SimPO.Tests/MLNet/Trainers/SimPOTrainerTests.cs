using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

public sealed class SimPOTrainerTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    [Fact]
    public void Two_fits_give_the_same_weights_to_the_bit_and_change_no_option()
    {
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options());
        using AlignmentTransformer first = trainer.Fit(Data), second = trainer.Fit(Data);
        AssertSameWeights(first, second);
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        Assert.NotEqual(TunedModel.Weights(untuned)[0], TunedModel.Weights(first)[0]);
    }

    [Fact]
    public void Another_seed_gives_other_weights_and_the_contexts_seed_is_the_default()
    {
        using AlignmentTransformer five = Fit(new MLContext(seed: 5), o => o.Seed = null), named = Fit(new MLContext(seed: 9), o => o.Seed = 5),
            six = Fit(new MLContext(seed: 6), o => o.Seed = null);
        AssertSameWeights(five, named);
        Assert.NotEqual(TunedModel.Weights(five)[0], TunedModel.Weights(six)[0]);
    }

    [Fact]
    public void Two_fits_side_by_side_equal_one_alone()
    {
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options());
        using AlignmentTransformer alone = trainer.Fit(Data);
        var both = new AlignmentTransformer[2];
        Parallel.For(0, 2, i => both[i] = trainer.Fit(Data));
        foreach (AlignmentTransformer model in both)
            using (model) AssertSameWeights(alone, model);
    }

    [Fact]
    public void Validation_data_is_judged_before_the_first_step_and_after_each_epoch()
    {
        IDataView validation = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16).Skip(8));
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.Epochs = 2)).Fit(Data, validation);
        Assert.Equal([(0, 0.0), (2, 1.0), (4, 2.0)], model.TrainingRun.Validations.Select(v => (v.Step, v.Epoch)));
        AlignmentMetrics last = model.TrainingRun.Validations[^1].Metrics,
            evaluated = _context.Alignment.Evaluate(model.Transform(validation), model.TargetMargin);
        Assert.Equal(8, last.Count);
        Assert.Equal(evaluated.MeanMargin, last.MeanMargin, 1e-5);
        Assert.Equal(evaluated.LogLoss, last.LogLoss, 1e-5);
        Assert.True(last.MeanMargin > model.TrainingRun.Validations[0].Metrics.MeanMargin);
        using AlignmentTransformer without = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.Epochs = 2)).Fit(Data);
        AssertSameWeights(without, model);
    }

    [Fact]
    public void Every_step_is_reported_and_logged()
    {
        List<TrainingProgress> reported = [];
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add($"{e.Kind} {e.RawMessage}");
        };
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.Progress = new Listener(reported.Add))).Fit(Data);
        Assert.Equal(model.TrainingRun.Steps, reported);
        Assert.Equal([(1, 2, 0.5), (2, 2, 1.0)], reported.Select(r => (r.Step, r.TotalSteps, r.Epoch)));
        Assert.All(reported, r => Assert.InRange(r.GradientNorm, 1e-3, 1e3));
        Assert.Contains("Info 8 pairs encoded: 8 rendered with the model's chat template.", lines);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Info llama model with {model.ParameterCount} parameters on CPU, computed and trained in "
            + $"float32, whatever type the checkpoint is stored in (bfloat16)."), lines);
        Assert.Single(lines, l => l.StartsWith("Info step 1/2 epoch 0.50 loss ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.StartsWith("Info 2 steps in ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_chat_template_can_be_turned_off_and_the_log_says_so()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add(e.RawMessage);
        };
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ApplyChatTemplate = false)).Fit(Data);
        Assert.Contains("8 pairs encoded: as plain text, for the chat template is turned off.", lines);
    }

    [Fact]
    public void No_rows_are_an_error() => Assert.Equal(
        "There are no preference pairs to learn from: the data has no rows, or every row was dropped.",
        Assert.Throws<InvalidOperationException>(
            () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(_context.Data.LoadFromEnumerable(Array.Empty<TextPair>()))).Message);

    [Fact]
    public void Rows_that_were_all_dropped_say_why_and_validation_data_without_rows_says_that_it_is_that() => Assert.Equal(
        [
            "There are no preference pairs to learn from: the data has no rows, or every row was dropped. Of 8 an answer alone is longer than `MaxLength` 4 "
                + "allows: raise that.",
            "There are no preference pairs to be judged by: the data has no rows, or every row was dropped.",
        ],
        [
            Assert.Throws<InvalidOperationException>(() => Fit(_context, o => (o.MaxLength, o.MaxPromptLength) = (4, 2))).Message,
            Assert.Throws<InvalidOperationException>(() => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options())
                .Fit(Data, _context.Data.LoadFromEnumerable(Array.Empty<TextPair>()))).Message,
        ]);

    [Fact]
    public void What_needs_validation_data_says_so()
    {
        static void Needy(SimPOTrainer.Options o) => (o.EarlyStoppingPatience, o.RestoreBestModel, o.EvaluationSteps, o.MetricForBestModel) =
            (2, true, 5, BestModelMetric.Margin);
        Assert.Equal(
            string.Join(Environment.NewLine, new[] { "EarlyStoppingPatience", "RestoreBestModel", "MetricForBestModel", "EvaluationSteps" }
                .Select(o => $"`{o}` needs validation data, and there is none. Call `Fit(train, validation)`, or set `ValidationFraction`.")),
            Assert.Throws<InvalidOperationException>(() => Fit(_context, Needy)).Message);
        Assert.Equal(
            "Validation data was given, and `ValidationFraction` is 0.25. Give one of them.",
            Assert.Throws<InvalidOperationException>(
                () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ValidationFraction = 0.25)).Fit(Data, Data)).Message);
    }

    [Fact]
    public void A_share_of_the_prompts_is_held_out()
    {
        TextPair[] pairs = [.. QuickStartFiles.Pairs(12), .. QuickStartFiles.Pairs(12)]; // each prompt twice
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ValidationFraction = 0.25))
            .Fit(_context.Data.LoadFromEnumerable(pairs));
        Assert.Equal(6, model.TrainingRun.Validations[0].Metrics.Count);
        Assert.Equal(5, model.TrainingRun.Steps.Count); // 18 pairs are left, four a step
    }

    [Fact]
    public void Data_that_does_not_fill_a_step_is_one_unless_the_last_is_dropped()
    {
        using AlignmentTransformer model = Fit(_context, o => o.BatchSize = 100);
        Assert.Single(model.TrainingRun.Steps);
        Assert.Equal(
            "8 pairs do not fill one step of `BatchSize` 100, and `DropLast` drops the rest. Lower `BatchSize`, or set `DropLast` to false.",
            Assert.Throws<InvalidOperationException>(() => Fit(_context, o => (o.BatchSize, o.DropLast) = (100, true))).Message);
    }

    [Fact]
    public void A_small_remainder_is_warned_of()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add($"{e.Kind} {e.RawMessage}");
        };
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(11));
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.BatchSize = 10)).Fit(data).Dispose();
        Assert.Contains("Warning The last step of each epoch has 1 of 10 pairs, under a quarter: each of them weighs 10 times as much. Set `DropLast`, or take "
            + "another `BatchSize`.", lines);
        lines.Clear();
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.BatchSize, o.DropLast) = (10, true))).Fit(data).Dispose();
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.BatchSize = 8)).Fit(data).Dispose(); // three of eight are enough
        Assert.DoesNotContain(lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void Empty_answers_are_dropped_and_counted_by_option()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add($"{e.Kind} {e.RawMessage}");
        };
        TextPair[] pairs = QuickStartFiles.Pairs(9);
        pairs[2].Rejected = " ";
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.DropEmptyAnswers = true))
            .Fit(_context.Data.LoadFromEnumerable(pairs));
        Assert.Equal(2, model.TrainingRun.Steps.Count);
        Assert.Contains("Warning 1 pairs were dropped because an answer is empty.", lines);
    }

    [Fact]
    public void Saving_in_bfloat16_says_what_rounding_takes_back()
    {
        using var folder = new Checkpoints.TempFolder();
        List<string> lines = [];
        using AlignmentTransformer model = Fit(_context, o => o.LearningRate = 1e-6);
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add($"{e.Kind} {e.RawMessage}");
        };
        model.SaveCheckpoint(Path.Combine(folder.Path, "tuned"), CheckpointPrecision.BFloat16);
        Assert.Single(lines, l => l.StartsWith("Warning Rounding to bfloat16 put ", StringComparison.Ordinal)
            && l.EndsWith(" back to what they were before the tuning. Save in float32 to keep them.", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_answer_is_named_by_its_row()
    {
        TextPair[] pairs = QuickStartFiles.Pairs(4);
        pairs[2].Rejected = "";
        var failure = Assert.Throws<InvalidDataException>(
            () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(_context.Data.LoadFromEnumerable(pairs)));
        Assert.StartsWith("Row 3: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("rejected", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_file_or_family_is_said()
    {
        using var folder = new Checkpoints.TempFolder();
        string nowhere = Path.Combine(folder.Path, "nowhere");
        string message = Assert.Throws<DirectoryNotFoundException>(() => Fit(_context, o => o.ModelPath = nowhere)).Message;
        Assert.Contains(nowhere, message, StringComparison.Ordinal);
        Assert.Contains(
            "config.json", Assert.Throws<FileNotFoundException>(() => Fit(_context, o => o.ModelPath = folder.Path)).Message, StringComparison.Ordinal);

        QuickStartFiles.CopyModel(folder.Path);
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));
        Assert.Contains(
            "tokenizer.json", Assert.Throws<FileNotFoundException>(() => Fit(_context, o => o.ModelPath = folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "model.safetensors"));
        Assert.Contains(
            "model.safetensors", Assert.Throws<FileNotFoundException>(() => Fit(_context, o => o.ModelPath = folder.Path)).Message, StringComparison.Ordinal);
        string config = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"llama\"", "\"mamba\"", StringComparison.Ordinal));
        Assert.StartsWith(
            $"'{config}': model_type 'mamba' is not supported. The nearest that is: 'llama'. Supported are llama, mistral, qwen2, qwen3, gemma, gemma2, ",
            Assert.Throws<NotSupportedException>(() => Fit(_context, o => o.ModelPath = folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_cancels_and_nothing_is_left()
    {
        Fit(_context).Dispose(); // what is made once in a process is there
        long before = LiveTensors.CountWithoutGarbage();
        using var source = new CancellationTokenSource();
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o =>
        {
            o.Epochs = 1000;
            o.Progress = new Listener(_ => source.Cancel());
        }));
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Data, null, source.Token));
        Assert.Equal(before, LiveTensors.Count);
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Data, null, new CancellationToken(canceled: true)));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void CancelExecution_ends_a_fit()
    {
        Fit(_context).Dispose();
        long before = LiveTensors.CountWithoutGarbage();
        var context = new MLContext(seed: 1);
        SimPOTrainer trainer = context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o =>
        {
            o.Epochs = 10000;
            o.Progress = new Listener(_ => Internals.CancelExecution(context));
        }));
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Data));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void No_tensor_outlives_fit_score_generate_save_and_dispose()
    {
        using var folder = new Checkpoints.TempFolder();
        Run();
        long before = LiveTensors.CountWithoutGarbage();
        Run();
        Assert.Equal(before, LiveTensors.Count);

        void Run()
        {
            using AlignmentTransformer model = Fit(_context);
            long alive = LiveTensors.Count;
            Assert.Equal(2, model.TrainingRun.Steps.Count);
            _ = _context.Alignment.Evaluate(model.Transform(Data));
            Assert.Equal(alive, LiveTensors.Count);
            model.Generate(["Hello", "What is 2 plus 3?"], new GenerationOptions { MaxNewTokens = 8, Sample = true });
            Assert.Equal(alive, LiveTensors.Count);
            string path = Path.Combine(folder.Path, "tuned");
            model.SaveCheckpoint(path);
            _context.Model.Save(model, Data.Schema, path + ".zip");
            _context.Alignment.LoadModel(path).Dispose();
            ((AlignmentTransformer)_context.Model.Load(path + ".zip", out _)).Dispose();
            Assert.Equal(alive, LiveTensors.Count);
        }
    }

    private AlignmentTransformer Fit(MLContext context, Action<SimPOTrainer.Options>? change = null) =>
        context.Alignment.Trainers.SimPO(QuickStartFiles.Options(change)).Fit(Data);

    private static void AssertSameWeights(AlignmentTransformer expected, AlignmentTransformer found)
    {
        foreach ((float[] one, float[] other) in TunedModel.Weights(expected).Zip(TunedModel.Weights(found))) Assert.True(one.AsSpan().SequenceEqual(other));
    }

    /// <summary>Hears on the training thread, not later as <see cref="Progress{T}"/> does.</summary>
    private sealed class Listener(Action<TrainingProgress> hear) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => hear(value);
    }
}
