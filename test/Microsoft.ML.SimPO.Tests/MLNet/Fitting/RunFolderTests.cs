using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <summary>What a fit with an output folder leaves there, and how one goes on from it.</summary>
public sealed class RunFolderTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly Checkpoints.TempFolder _folder = new();
    private readonly List<string> _log = [];

    public RunFolderTests() => _context.Log += (_, e) =>
    {
        lock (_log) _log.Add($"{e.Kind} {e.RawMessage}");
    };

    private string Output => Path.Combine(_folder.Path, "run");

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16));

    /// <summary>The data with both answers exchanged: every step makes the validation loss higher.</summary>
    private IDataView Contrary =>
        _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16).Select(p => new TextPair { Prompt = p.Prompt, Chosen = p.Rejected, Rejected = p.Chosen }));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_was_cancelled_goes_on_to_the_same_bits()
    {
        using AlignmentTransformer whole = Fit(o => o.OutputPath = Path.Combine(_folder.Path, "whole"));
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(o =>
        {
            o.SaveOnCancel = true;
            o.Progress = new Listener(p => { if (p.Step == 3) source.Cancel(); });
        }, null, source.Token));
        Assert.Equal(["checkpoint-3"], Checkpoints());
        using AlignmentTransformer resumed = Fit(o => o.ResumeFrom = "Auto");
        AssertSameWeights(whole, resumed);
        Assert.Equal(["checkpoint-3", "checkpoint-4", "checkpoint-8"], Checkpoints());
        Assert.Contains($"Info The run goes on from '{Path.Combine(Output, "checkpoint-3")}' after step 3 of 8.", _log);
        Assert.DoesNotContain(_log, l => l.Contains("last digits", StringComparison.Ordinal));
        Assert.Equal(Figures(Path.Combine(_folder.Path, "whole")), Figures(Output));
        Assert.Equal(whole.TrainingRun.Steps.Select(p => (p.Step, p.Loss, p.GradientNorm, p.LearningRate, p.Epoch)),
            resumed.TrainingRun.Steps.Select(p => (p.Step, p.Loss, p.GradientNorm, p.LearningRate, p.Epoch)));

        using AlignmentTransformer done = Fit(o => o.ResumeFrom = "auto"); // nothing is left to do
        AssertSameWeights(whole, done);
        Assert.Equal(Figures(Output), Figures(Path.Combine(_folder.Path, "whole")));
    }

    [Fact]
    public void A_run_of_an_adapter_goes_on_to_the_same_bits()
    {
        void Lora(SimPOTrainer.Options o) => (o.Lora, o.LearningRate) = (new LoraOptions { Rank = 4, Alpha = 8 }, 1e-3);
        float[][] Adapter(AlignmentTransformer model) => [.. model.Model.Decoder.Trainable.Select(p => p.Value.data<float>().ToArray())];
        using AlignmentTransformer whole = Fit(Lora);
        Assert.NotEmpty(Adapter(whole));
        Directory.Delete(Path.Combine(Output, "checkpoint-8"), recursive: true);
        using AlignmentTransformer resumed = Fit(o =>
        {
            Lora(o);
            o.ResumeFrom = "Auto";
        });
        Assert.Contains($"Info The run goes on from '{Path.Combine(Output, "checkpoint-4")}' after step 4 of 8.", _log);
        Assert.Equal(Adapter(whole), Adapter(resumed));
        Assert.True(File.Exists(Path.Combine(Output, "checkpoint-4", "adapter_config.json")));
    }

    [Fact]
    public void An_adapter_does_not_go_on_with_other_options_or_on_another_model()
    {
        void Lora(SimPOTrainer.Options o, double alpha) => (o.Lora, o.Epochs, o.LearningRate) = (new LoraOptions { Rank = 4, Alpha = alpha }, 1, 1e-3);
        string Refusal(Action<SimPOTrainer.Options> change) => Assert.Throws<InvalidDataException>(() => Fit(o =>
        {
            Lora(o, 8);
            o.ResumeFrom = "Auto";
            change(o);
        })).Message;
        string Message(params string[] differences) => string.Join(
            Environment.NewLine,
            [$"The run in '{Path.Combine(Output, "checkpoint-4")}' cannot go on with other data or options. Set them as they were, or begin anew in another "
                + "`OutputPath`.", .. differences]);

        using AlignmentTransformer tuned = Fit(o => Lora(o, 8));
        Assert.Equal(Message("`Lora` was rank 4, alpha 8 on all-linear there and is rank 4, alpha 16 on all-linear now."), Refusal(o => o.Lora!.Alpha = 16));
        Assert.Equal(
            Message("`Lora` was rank 4, alpha 8 on all-linear there and is rank 4, alpha 8, rank-stabilised on q_proj, v_proj now."),
            Refusal(o => (o.Lora!.UseRslora, o.Lora.TargetModules) = (true, ["q_proj", "v_proj"])));
        Assert.StartsWith(Message("`Lora` was rank 4, alpha 8 on all-linear there and is not set now."), Refusal(o => o.Lora = null), StringComparison.Ordinal);
        tuned.SaveCheckpoint(Path.Combine(_folder.Path, "merged"));
        Assert.Matches("`sample of the frozen weights` was [0-9A-F]{64} there and is [0-9A-F]{64} now.$",
            Refusal(o => o.ModelPath = Path.Combine(_folder.Path, "merged")));
    }

    [Fact]
    public void An_adapter_that_is_trained_on_does_not_go_on_when_its_configuration_was_changed()
    {
        string adapter = Path.Combine(_folder.Path, "adapter"), config = Path.Combine(adapter, "adapter_config.json");
        using (AlignmentTransformer tuned = Fit(o => (o.Lora, o.OutputPath, o.Epochs) = (new LoraOptions { Rank = 4, Alpha = 8 }, null, 1))) tuned.SaveAdapter(
            adapter);
        void OnAdapter(SimPOTrainer.Options o) => (o.AdapterPath, o.Epochs) = (adapter, 1);
        Fit(OnAdapter).Dispose();
        string json = File.ReadAllText(config);
        Assert.Contains("\"lora_alpha\": 8", json, StringComparison.Ordinal);
        File.WriteAllText(config, json.Replace("\"lora_alpha\": 8", "\"lora_alpha\": 16", StringComparison.Ordinal));
        string message = Assert.Throws<InvalidDataException>(() => Fit(o =>
        {
            OnAdapter(o);
            o.ResumeFrom = "Auto";
        })).Message;
        Assert.Matches("(?s)`adapter of the model` was .*\"lora_alpha\":8,.* there and is .*\"lora_alpha\":16,.* now.$", message);
    }

    [Fact]
    public void The_log_is_cut_back_to_the_step_that_the_run_goes_on_from()
    {
        IDataView validation = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(24).Skip(16));
        Fit(o => o.EvaluationSteps = 2, validation).Dispose();
        string[] whole = Figures(Output);
        Assert.Equal(8 + 5, whole.Length); // a line a step, and evaluations at 0, 2, 4, 6, 8
        Directory.Delete(Path.Combine(Output, "checkpoint-8"), recursive: true);
        File.AppendAllText(Path.Combine(Output, "trainer_log.jsonl"), "{\"step\":9,\"los"); // as a killed process leaves it
        using AlignmentTransformer resumed = Fit(o => (o.EvaluationSteps, o.ResumeFrom) = (2, Path.Combine(Output, "checkpoint-4")), validation);
        Assert.Equal(whole, Figures(Output));
        Assert.Equal([0, 2, 4, 6, 8], resumed.TrainingRun.Validations.Select(v => v.Step));
        Assert.All(resumed.TrainingRun.Validations, v => Assert.Equal(8, v.Metrics.Count));
    }

    [Fact]
    public void Every_line_has_the_names_of_Hugging_Face()
    {
        using AlignmentTransformer model = Fit();
        JsonElement[] lines = [.. File.ReadLines(Path.Combine(Output, "trainer_log.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(8, lines.Length);
        Assert.Equal(
            ["step", "total_steps", "epoch", "loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/accuracies",
                "rewards/margins", "logps/chosen", "logps/rejected", "tokens", "tokens_per_second", "elapsed_seconds"],
            lines[0].EnumerateObject().Select(p => p.Name));
        foreach ((JsonElement line, TrainingProgress step) in lines.Zip(model.TrainingRun.Steps))
        {
            Assert.Equal(
                (step.Step, step.Loss, step.GradientNorm, step.LearningRate, step.Accuracy, step.RejectedLogProbability),
                (line.GetProperty("step").GetInt32(), Number(line, "loss"), Number(line, "grad_norm"), Number(line, "learning_rate"),
                    Number(line, "rewards/accuracies"), Number(line, "logps/rejected")));
        }
    }

    [Fact]
    public void A_checkpoint_is_a_model_that_loads()
    {
        using AlignmentTransformer tuned = Fit();
        using AlignmentTransformer loaded = _context.Alignment.LoadModel(Path.Combine(Output, "checkpoint-8"));
        AssertSameWeights(tuned, loaded);
    }

    [Fact]
    public void Old_checkpoints_go_and_the_newest_and_the_best_stay()
    {
        Fit(o => (o.SaveSteps, o.SaveTotalLimit) = (1, 2)).Dispose();
        Assert.Equal(["checkpoint-7", "checkpoint-8"], Checkpoints());
        Directory.Delete(Output, recursive: true);

        using AlignmentTransformer model = Fit(o => (o.SaveSteps, o.SaveTotalLimit, o.EvaluationSteps, o.RestoreBestModel) = (1, 2, 1, true), Contrary);
        Assert.Equal(0, model.TrainingRun.BestValidation!.Step);
        Assert.Equal(["checkpoint-0", "checkpoint-8"], Checkpoints());
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        AssertSameWeights(untuned, model);
        Assert.Contains(_log, l => l.StartsWith("Info The model is that after step 0, with the lowest eval_loss, ", StringComparison.Ordinal));
        // Without a folder the best weights wait in memory.
        using AlignmentTransformer inMemory = Fit(o => (o.OutputPath, o.EvaluationSteps, o.RestoreBestModel) = (null, 1, true), Contrary);
        AssertSameWeights(untuned, inMemory);
    }

    [Fact]
    public void Early_stopping_ends_the_run_and_gives_back_the_best_model()
    {
        using AlignmentTransformer model = Fit(o => (o.EvaluationSteps, o.EarlyStoppingPatience) = (1, 3), Contrary);
        Assert.Equal(3, model.TrainingRun.Steps.Count);
        Assert.Equal([0, 1, 2, 3], model.TrainingRun.Validations.Select(v => v.Step));
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        AssertSameWeights(untuned, model);
        Assert.Contains(_log, l => l.StartsWith("Info Stopped after step 3: 3 evaluations in a row without an eval_loss below ", StringComparison.Ordinal));
        // It stays over when it is asked to go on, and goes on with more patience.
        using AlignmentTransformer again = Fit(o => (o.EvaluationSteps, o.EarlyStoppingPatience, o.ResumeFrom) = (1, 3, "Auto"), Contrary);
        AssertSameWeights(untuned, again);
        Assert.Equal(3, again.TrainingRun.Steps.Count);
        using AlignmentTransformer patient = Fit(o => (o.EvaluationSteps, o.EarlyStoppingPatience, o.ResumeFrom) = (1, 100, "Auto"), Contrary);
        Assert.Equal(8, patient.TrainingRun.Steps.Count);
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning()
    {
        Fit().Dispose();
        string optimizer = Path.Combine(Output, "checkpoint-8", "optimizer.safetensors");
        long length = new FileInfo(optimizer).Length;
        using (FileStream file = File.OpenWrite(optimizer)) file.SetLength(length - 4);
        Fit(o => o.ResumeFrom = "Auto").Dispose();
        Assert.Contains(_log, l => l.StartsWith("Warning A newer checkpoint is passed over. ", StringComparison.Ordinal)
            && l.Contains($"'optimizer.safetensors' should have {length} bytes, but has {length - 4}.", StringComparison.Ordinal));
        Assert.Contains($"Info The run goes on from '{Path.Combine(Output, "checkpoint-4")}' after step 4 of 8.", _log);
    }

    [Fact]
    public void Another_run_does_not_go_on_from_it()
    {
        Fit().Dispose();
        string message = Assert.Throws<InvalidDataException>(() => Fit(o => (o.ResumeFrom, o.Beta, o.BatchSize) = ("Auto", 3, 8))).Message;
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                $"The run in '{Path.Combine(Output, "checkpoint-8")}' cannot go on with other data or options. Set them as they were, or begin anew in another "
                    + "`OutputPath`.",
                "`Beta` was 2.5 there and is 3 now.",
                "`BatchSize` was 4 there and is 8 now."),
            message);
        message = Assert.Throws<InvalidDataException>(() => Fit(o => (o.ResumeFrom, o.Seed) = ("Auto", 6))).Message;
        Assert.Equal($"The run in '{Path.Combine(Output, "checkpoint-8")}' began with seed 5 and cannot go on with 6. Set `Seed` to 5.", message);
        message = Assert.Throws<IOException>(() => Fit()).Message;
        Assert.Equal($"'{Output}' holds a run already. Set `ResumeFrom` to Auto to go on with it, or give another `OutputPath`.", message);
        string nothing = Path.Combine(_folder.Path, "nothing");
        Assert.Equal($"'{nothing}' is no checkpoint of a run: it holds no 'trainer_state.json'.",
            Assert.Throws<InvalidDataException>(() => Fit(o => (o.OutputPath, o.ResumeFrom) = (null, nothing))).Message);
        Assert.Equal(
            $"'{Output}' is no checkpoint of a run: it holds no 'trainer_state.json'. Give a checkpoint in it, 'checkpoint-8', or the folder as `OutputPath` "
                + "with `ResumeFrom` Auto.",
            Assert.Throws<InvalidDataException>(() => Fit(o => (o.OutputPath, o.ResumeFrom) = (null, Output))).Message);
        File.WriteAllText(nothing, "");
        Assert.Equal($"'{nothing}' is a file; the folder of a run is to be there. Give another `OutputPath`.",
            Assert.Throws<IOException>(() => Fit(o => o.OutputPath = nothing)).Message);
    }

    [Fact]
    public void Other_cuts_of_the_steps_are_allowed_and_said()
    {
        using AlignmentTransformer whole = Fit();
        Directory.Delete(Path.Combine(Output, "checkpoint-8"), recursive: true);
        using AlignmentTransformer resumed = Fit(o => (o.ResumeFrom, o.TokensPerMicroBatch) = ("Auto", 64));
        Assert.Contains("Warning `TokensPerMicroBatch` was 4096 there and is 64 now. The result will differ in its last digits from that of a run that was not "
            + "interrupted.", _log);
        Assert.Equal(whole.TrainingRun.Steps[^1].Loss, resumed.TrainingRun.Steps[^1].Loss, 1e-4);
    }

    [Fact]
    public void Two_runs_do_not_share_a_folder()
    {
        string? message = null;
        Fit(o => o.Progress = new Listener(p =>
        {
            if (p.Step == 1) message = Assert.Throws<IOException>(() => Fit(other => other.ResumeFrom = "Auto")).Message;
        })).Dispose();
        Assert.Equal($"Another run writes to '{Output}'. Wait for its end, or give another `OutputPath`.", message);
    }

    [Fact]
    public void No_tensor_is_left_by_runs_with_folders_and_best_models()
    {
        IDataView validation = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(24).Skip(16));
        void Run(string? output) => Fit(
            o => (o.OutputPath, o.EvaluationSteps, o.RestoreBestModel, o.ResumeFrom) = (output, 1, true, output is null ? null : "Auto"), validation).Dispose();
        Run(null);
        long before = LiveTensors.CountWithoutGarbage();
        Run(null);
        Run(Output);
        Run(Output);
        Assert.Equal(before, LiveTensors.Count);
    }

    private AlignmentTransformer Fit(
        Action<SimPOTrainer.Options>? change = null, IDataView? validation = null, CancellationToken cancellationToken = default) =>
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o =>
        {
            (o.OutputPath, o.Epochs) = (Output, 2);
            change?.Invoke(o);
        })).Fit(Data, validation, cancellationToken);

    private string[] Checkpoints() => [.. Directory.EnumerateDirectories(Output).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    /// <summary>The lines of a log without what the clock says.</summary>
    private static string[] Figures(string output) =>
    [
        .. File.ReadLines(Path.Combine(output, "trainer_log.jsonl")).Select(l => string.Join(' ', JsonDocument.Parse(l).RootElement.EnumerateObject()
            .Where(p => p.Name is not ("elapsed_seconds" or "tokens_per_second")).Select(p => p.ToString()))),
    ];

    private static double Number(JsonElement line, string name) => line.GetProperty(name).GetDouble();

    private static void AssertSameWeights(AlignmentTransformer expected, AlignmentTransformer found)
    {
        foreach ((float[] one, float[] other) in TunedModel.Weights(expected).Zip(TunedModel.Weights(found))) Assert.True(one.AsSpan().SequenceEqual(other));
    }

    private sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
