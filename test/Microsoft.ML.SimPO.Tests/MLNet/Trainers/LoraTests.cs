using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

public sealed class LoraTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];

    public LoraTests() => _context.Log += (_, e) => _log.Add(e.Message);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    private static SimPOTrainer.Options Options(Action<SimPOTrainer.Options>? change = null) => QuickStartFiles.Options(o =>
    {
        (o.LearningRate, o.LearningRateScheduler, o.Epochs) = (5e-3, LearningRateScheduler.Constant, 3);
        o.Lora = new LoraOptions { Rank = 4, Alpha = 8 };
        change?.Invoke(o);
    });

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_adapter_is_trained_saved_loaded_and_merged()
    {
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(Options()).Fit(Data);
        ScoredPair[] scores = Scores(model);
        Assert.Equal(6, model.TrainingRun.Steps.Count);
        Assert.True(model.TrainingRun.Steps[^1].Loss < model.TrainingRun.Steps[0].Loss);
        // Rank 4, 4 layers: A reads 192 but for down_proj, which reads 448; B writes q, k, v, o, gate, up, down.
        const int expected = 4 * 4 * ((6 * 192) + 448 + 192 + 64 + 64 + 192 + 448 + 448 + 192);
        Assert.Equal(expected, model.AdapterParameterCount);
        Assert.Contains(_log, l => l.Contains(
            $"LoRA: {expected} parameters are trained ({100.0 * expected / model.ParameterCount:F2} % of {model.ParameterCount}): rank 4, alpha 8 on down_proj,"
                + " gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj. All others are frozen.", StringComparison.Ordinal));

        model.SaveAdapter(_folder.File("adapter"));
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"],
            Directory.EnumerateFiles(_folder.File("adapter")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using (AlignmentTransformer loaded = _context.Alignment.LoadModel(_folder.File("adapter"), Options())) TunedModel.AssertEqual(scores, Scores(loaded));
        using (AlignmentTransformer loaded = _context.Alignment.LoadModel(
            QuickStartFiles.Model, Options(o => o.AdapterPath = _folder.File("adapter")))) TunedModel.AssertEqual(scores, Scores(loaded));

        _context.Model.Save(model, Data.Schema, _folder.File("model.zip"));
        using (var loaded = (AlignmentTransformer)_context.Model.Load(_folder.File("model.zip"), out _))
        {
            TunedModel.AssertEqual(scores, Scores(loaded));
            Assert.Equal(model.AdapterParameterCount, loaded.AdapterParameterCount);
            loaded.SaveAdapter(_folder.File("again"));
            Assert.Equal(
                File.ReadAllBytes(_folder.File("adapter", "adapter_model.safetensors")), File.ReadAllBytes(_folder.File("again", "adapter_model.safetensors")));
        }

        model.SaveCheckpoint(_folder.File("merged"));
        using AlignmentTransformer merged = _context.Alignment.LoadModel(_folder.File("merged"), Options());
        Assert.Equal(0, merged.AdapterParameterCount);
        foreach ((ScoredPair adapted, ScoredPair found) in scores.Zip(Scores(merged))) Assert.Equal(adapted.ChosenReward, found.ChosenReward, 1e-4f);
        Assert.Equal("The model has no LoRA adapter. Use SaveCheckpoint, or train with `Lora`.",
            Assert.Throws<InvalidOperationException>(() => merged.SaveAdapter(_folder.File("x"))).Message);
    }

    [Fact]
    public void Several_adapters_share_one_base_which_stays_as_it_is_and_is_freed_with_the_last()
    {
        long before = LiveTensors.CountWithoutGarbage();
        AlignmentTransformer shared = _context.Alignment.LoadModel(QuickStartFiles.Model, Options());
        ScoredPair[] untuned = Scores(shared), scores;
        using (AlignmentTransformer first = Fit(o => o.BaseModel = shared), other = Fit(o => (o.BaseModel, o.Seed) = (shared, 6)), alone = Fit(_ => { }))
        {
            scores = Scores(first);
            TunedModel.AssertEqual(Scores(alone), scores);
            Assert.NotEqual(scores[0].ChosenReward, Scores(other)[0].ChosenReward);
            TunedModel.AssertEqual(untuned, Scores(shared));
            first.SaveAdapter(_folder.File("first"));
            using AlignmentTransformer loaded = shared.WithAdapter(_folder.File("first"));
            shared.Dispose();
            TunedModel.AssertEqual(scores, Scores(loaded));
            TunedModel.AssertEqual(scores, Scores(first));
        }
        Assert.Equal(before, LiveTensors.CountWithoutGarbage());
    }

    [Fact]
    public void All_weights_are_tuned_in_a_copy_of_a_loaded_model()
    {
        using AlignmentTransformer shared = _context.Alignment.LoadModel(QuickStartFiles.Model, Options());
        ScoredPair[] untuned = Scores(shared);
        void Full(SimPOTrainer.Options o) => (o.Lora, o.LearningRate, o.Epochs) = (null, 2e-4, 1);
        using AlignmentTransformer expected = Fit(Full), found = Fit(o =>
        {
            Full(o);
            (o.ModelPath, o.BaseModel) = ("", shared);
        });
        TunedModel.AssertEqual(Scores(expected), Scores(found));
        TunedModel.AssertEqual(untuned, Scores(shared));
    }

    [Fact]
    public void Training_goes_on_with_an_adapter_and_leaves_its_folder_alone()
    {
        using AlignmentTransformer model = Fit(o => o.Epochs = 1);
        model.SaveAdapter(_folder.File("adapter"));
        byte[] weights = File.ReadAllBytes(_folder.File("adapter", "adapter_model.safetensors"));
        string json = File.ReadAllText(_folder.File("adapter", "adapter_config.json"));
        File.WriteAllText(
            _folder.File("adapter", "adapter_config.json"), json.Replace("\"lora_dropout\": 0", "\"lora_dropout\": 0.05", StringComparison.Ordinal));

        using AlignmentTransformer first = Fit(o => (o.Lora, o.ModelPath, o.Shuffle) = (null, _folder.File("adapter"), false)),
            second = Fit(o => (o.Lora, o.BaseModel, o.Shuffle) = (null, model, false));
        TunedModel.AssertEqual(Scores(first), Scores(second));
        Assert.Equal(weights, File.ReadAllBytes(_folder.File("adapter", "adapter_model.safetensors")));
        Assert.Equal(Scores(model).Take(4).Average(s => s.Margin), first.TrainingRun.Steps[0].Margin, 1e-4);
        Assert.Contains(_log, l => l.EndsWith("The adapter was trained with dropout 0.05, which is no part of scoring.", StringComparison.Ordinal));
        Assert.Contains(_log, l => l.EndsWith("The adapter was trained with dropout 0.05; it is trained on without.", StringComparison.Ordinal));
        Assert.Equal("The model has a LoRA adapter already. Set `Lora` to null to train that one on, or begin with the base model.",
            Assert.Throws<InvalidOperationException>(() => Fit(o => o.ModelPath = _folder.File("adapter"))).Message);
    }

    [Fact]
    public void A_run_goes_on_to_the_bit_from_a_checkpoint_in_PEFT_layout()
    {
        using AlignmentTransformer whole = Fit(o => (o.OutputPath, o.SaveSteps) = (_folder.File("run"), 2));
        string checkpoint = _folder.File("run", "checkpoint-2");
        Assert.Superset(new HashSet<string?> { "adapter_config.json", "adapter_model.safetensors", "optimizer.safetensors", "tokenizer.json" },
            Directory.EnumerateFiles(checkpoint).Select(Path.GetFileName).ToHashSet());
        Assert.False(File.Exists(Path.Combine(checkpoint, "model.safetensors")));
        using (AlignmentTransformer resumed = Fit(o => o.ResumeFrom = checkpoint))
        {
            Assert.Equal(6, resumed.TrainingRun.Steps.Count);
            TunedModel.AssertEqual(Scores(whole), Scores(resumed));
        }
        using (AlignmentTransformer loaded = _context.Alignment.LoadModel(_folder.File("run", "checkpoint-6"), Options())) TunedModel.AssertEqual(
            Scores(whole), Scores(loaded));
        string message = Assert.Throws<InvalidDataException>(() => Fit(o => (o.ResumeFrom, o.Lora!.Alpha) = (checkpoint, 16))).Message;
        Assert.Contains("`Lora` was rank 4, alpha 8 on all-linear there and is rank 4, alpha 16 on all-linear now.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_adapter_is_given_back()
    {
        IDataView validation = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16).Skip(8));
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(Options(o => (o.RestoreBestModel, o.LearningRate, o.Epochs) = (true, 3e-2, 6)));
        using AlignmentTransformer model = trainer.Fit(Data, validation);
        ValidationResult best = model.TrainingRun.BestValidation!;
        AlignmentMetrics found = _context.Alignment.Evaluate(model.Transform(validation));
        Assert.Equal(best.Metrics.MeanMargin, found.MeanMargin, 1e-4);
    }

    [Fact]
    public void Modules_that_are_saved_whole_are_trained_too()
    {
        using AlignmentTransformer model = Fit(o => o.Lora = new LoraOptions { Rank = 2, Alpha = 2, UseRslora = true,
            TargetModules = ["q_proj", "mlp.down_proj"], ModulesToSave = ["model.norm", "input_layernorm"] });
        Assert.Equal((4 * 2 * (192 + 192 + 448 + 192)) + (5 * 192), model.AdapterParameterCount);
        model.SaveAdapter(_folder.File("adapter"));
        using AlignmentTransformer loaded = _context.Alignment.LoadModel(_folder.File("adapter"), Options());
        TunedModel.AssertEqual(Scores(model), Scores(loaded));
        using CheckpointReader reader = AdapterFolder.OpenWeights(_folder.File("adapter"));
        using CheckpointReader source = CheckpointReader.Open(QuickStartFiles.Model);
        Assert.NotEqual(source.ReadFloat32("model.norm.weight"), reader.ReadFloat32("base_model.model.model.norm.weight"));
    }

    [Fact]
    public void A_base_that_is_not_found_and_a_folder_that_is_both_are_told()
    {
        const string advice = "Give the folder of its base model as `ModelPath` and the adapter as `AdapterPath`.";
        string adapter = _folder.File("adapter");
        _folder.Write(
            "adapter/adapter_config.json", """{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"],"base_model_name_or_path":"some/model"}""");
        Assert.Equal($"The adapter '{adapter}' belongs to the model 'some/model', which is no folder here. {advice}",
            Assert.Throws<DirectoryNotFoundException>(() => _context.Alignment.LoadModel(adapter)).Message);
        _folder.Write("adapter/adapter_config.json", """{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"]}""");
        Assert.Equal($"The adapter '{adapter}' does not say which model it belongs to. {advice}",
            Assert.Throws<InvalidDataException>(() => _context.Alignment.LoadModel(adapter)).Message);
        _folder.Write("adapter/config.json", "{}");
        Assert.Equal($"The folder '{adapter}' holds both a model (config.json) and an adapter (adapter_config.json). Move one of them to another folder.",
            Assert.Throws<InvalidDataException>(() => _context.Alignment.LoadModel(adapter)).Message);
    }

    [Fact]
    public void Faults_of_the_options_are_told_in_one_message()
    {
        SimPOTrainer.Options options = Options(o =>
        {
            o.Lora = new LoraOptions { Rank = 0, Alpha = double.NaN, TargetModules = ["all-linear", "q_proj"], ModulesToSave = [" "] };
            o.AdapterPath = "";
        });
        string[] expected =
        [
            "`AdapterPath` must name the folder of a LoRA adapter, but was empty. Use null for none.",
            "`Lora.Rank` must be at least 1, but was 0. Use 8 to 64.",
            "`Lora.Alpha` must be greater than 0, but was NaN. Use once or twice the rank.",
            "`Lora.TargetModules` must hold \"all-linear\" alone, but was all-linear, q_proj.",
            "`Lora.ModulesToSave` must hold names of modules, but one was empty.",
            "`Lora` must be null where `AdapterPath` names an adapter, whose rank and modules are kept. Use one of them.",
        ];
        Assert.Equal(string.Join(Environment.NewLine, expected)
            + " (Parameter 'options')", Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO(options)).Message);
        var defaults = new LoraOptions();
        Assert.Equal((16, 32.0, false), (defaults.Rank, defaults.Alpha, defaults.UseRslora));
        Assert.Equal(["all-linear"], defaults.TargetModules);
        Assert.Empty(defaults.ModulesToSave);
        string message = Assert.Throws<InvalidDataException>(() => Fit(o => o.Lora!.TargetModules = ["c_attn"])).Message;
        Assert.StartsWith("The options of LoRA do not fit the model: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_rate_for_all_weights_is_called_out()
    {
        using AlignmentTransformer model = Fit(o => (o.LearningRate, o.Epochs) = (5e-7, 0.5));
        Assert.Contains(_log, l =>
            l.EndsWith("`LearningRate` 5E-07 suits the training of all weights; an adapter hardly moves with it. Use 1e-5 to 5e-4.", StringComparison.Ordinal));
    }

    private AlignmentTransformer Fit(Action<SimPOTrainer.Options> change) => _context.Alignment.Trainers.SimPO(Options(change)).Fit(Data);

    private ScoredPair[] Scores(AlignmentTransformer model) =>
        [.. _context.Data.CreateEnumerable<ScoredPair>(model.Transform(Data), reuseRowObject: false, ignoreMissingColumns: true)];
}
