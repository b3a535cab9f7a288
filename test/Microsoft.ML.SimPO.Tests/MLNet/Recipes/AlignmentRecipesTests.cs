using Microsoft.ML.Data;
using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class AlignmentRecipesTests
{
    private const string TestSplits = "- train_prefs\n- test_prefs";

    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("google/gemma-2-9b-it", "princeton-nlp/gemma2-ultrafeedback-armorm", "- train\n- test", "10", "0.5", "8.0e-7", 2048, 1800)]
    [InlineData("princeton-nlp/Llama-3-Base-8B-SFT", "HuggingFaceH4/ultrafeedback_binarized", TestSplits, "2.0", "0.5", "6.0e-7", 2048, 1800)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "princeton-nlp/llama3-ultrafeedback-armorm", "- train\n- test", "10", "0.3", "1.0e-6", 2048, 1800)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "princeton-nlp/llama3-ultrafeedback", "- train\n- test", "2.5", "0.55", "1.0e-6", 2048, 1800)]
    [InlineData("alignment-handbook/zephyr-7b-sft-full", "HuggingFaceH4/ultrafeedback_binarized", TestSplits, "2.0", "0.8", "3.0e-7", 1024, 512)]
    [InlineData("mistralai/Mistral-7B-Instruct-v0.2", "princeton-nlp/mistral-instruct-ultrafeedback", "- train\n- test", "2.5", "0.1", "5.0e-7", 2048, 1800)]
    public void Recipes_of_the_SimPO_repository_mean_what_they_mean_there(
        string model, string data, string splits, string beta, string ratio, string rate, int maxLength, int maxPromptLength)
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            RecipeText.SimPO(model, data, splits, beta, ratio, rate, maxLength, maxPromptLength), RecipeText.Map(model, data));
        var options = Assert.IsType<SimPOTrainer.Options>(recipe.Options);
        Assert.Equal(
            (double.Parse(beta, null), double.Parse(ratio, null), double.Parse(rate, null), maxLength, maxPromptLength),
            (options.Beta, Math.Round(options.GammaBetaRatio, 6), options.LearningRate, options.MaxLength, options.MaxPromptLength));
        Assert.Equal((128, 4, 1.0, 0.1, 42), (options.BatchSize, options.PairsPerEvaluationBatch, options.Epochs, options.WarmupRatio, options.Seed));
        Assert.Equal(LearningRateScheduler.Cosine, options.LearningRateScheduler);
        Assert.Equal((400, 1_000_000, 20, "outputs/run", "Auto"), (options.EvaluationSteps, options.SaveSteps, options.SaveTotalLimit, options.OutputPath,
            options.ResumeFrom));
        Assert.True(options.GradientCheckpointing);
        Assert.Null(options.Lora);
        Assert.Equal([(data, 1.0)], recipe.TrainingData.Select(d => (d.Name, d.Fraction)));
        Assert.Equal([splits.Split("- ")[^1]], recipe.ValidationData.Select(d => d.Split));
        Assert.Contains(
            "A step has 128 pairs: 2 a device, 16 times, on 4 processes (what the SimPO repository's recipes are made for; name an accelerate file for "
                + "another number).",
            recipe.Notes);
    }

    [Theory]
    [InlineData("mistralai/Mistral-7B-v0.1", "2.0", "0.5", "5e-7", 1, 8, "sft_weight: 0.0", 0)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "2.5", "0.5", "5e-7", 2, 4, "sft_weight: 0.1", 0.1)]
    [InlineData("deepseek-ai/deepseek-math-7b-base", "5.0", "0.7", "3e-7", 1, 16, "sft_weight: 0.0", 0)]
    public void Short_recipes_get_the_references_defaults_and_hold_out_by_prompt(
        string model, string beta, string ratio, string rate, int perDevice, int accumulation, string more, double weight)
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            RecipeText.Short(model, "argilla/pairs", beta, ratio, rate, perDevice, accumulation, more), RecipeText.Map(model, "argilla/pairs"));
        var options = Assert.IsType<SimPOTrainer.Options>(recipe.Options);
        Assert.Equal((perDevice * accumulation, 512, 128, 0.0, 42), (options.BatchSize, options.MaxLength, options.MaxPromptLength, options.WarmupRatio,
            options.Seed));
        Assert.Equal((double.Parse(rate, null), 1.0, weight), (options.LearningRate, options.Epochs, Math.Round(options.SftWeight, 6)));
        Assert.Equal((LearningRateScheduler.Linear, 0.05), (options.LearningRateScheduler, options.ValidationFraction));
        Assert.Equal(
            [
                "The recipe says no `max_length`: prompt and answer have at most 512 tokens, and a prompt 128, as where it comes from.",
                $"A step has {perDevice * accumulation} pairs: {perDevice} a device, {accumulation} times, on 1 process (no accelerate file was named).",
                "The recipe evaluates at its end alone: here also before the first step and after each epoch.",
                "The recipe has no split for testing: 5% of the pairs are held out by prompt.",
            ],
            recipe.Notes.Where(n => !n.Contains("mistral", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_recipe_that_says_only_model_and_data_has_the_defaults_of_TrainingArguments()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse("model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}", RecipeText.Map("a/model",
            "b/pairs"));
        var options = Assert.IsType<SimPOTrainer.Options>(recipe.Options);
        Assert.Equal((2f, 0.25f, 0f, 0f, SimPOLossType.Sigmoid), (options.Beta, options.GammaBetaRatio, options.SftWeight, options.LabelSmoothing,
            options.LossType));
        Assert.Equal((5e-5, 3.0, 8, LearningRateScheduler.Linear, 0.0), (options.LearningRate, options.Epochs, options.BatchSize,
            options.LearningRateScheduler, options.WarmupRatio));
        Assert.Equal((0.0, 0.9, 0.999, 1e-8, 1.0), (options.WeightDecay, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.MaxGradNorm));
        Assert.Equal((Compatibility.None, null, null), (options.Compatibility, options.OutputPath, options.WarmupSteps));
    }

    [Fact]
    public void TRLs_settings_are_converted_and_the_conversion_is_shown()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            """
            model_name_or_path: a/model
            dataset_name: b/pairs
            loss_type: simpo
            simpo_gamma: 1.2
            cpo_alpha: 0.0
            beta: 2.0
            learning_rate: 8e-7
            """,
            RecipeText.Map("a/model", "b/pairs"));
        var options = Assert.IsType<SimPOTrainer.Options>(recipe.Options);
        Assert.Equal((2f, 0.6f, 0f, 8e-7), (options.Beta, options.GammaBetaRatio, options.SftWeight, options.LearningRate));
        Assert.Equal((1024, 512, true), (options.MaxLength, options.MaxPromptLength, options.GradientCheckpointing));
        Assert.Equal("from `simpo_gamma` 1.2 over beta 2.0", recipe.Settings.Single(s => s.Key == "gamma_beta_ratio").Note);
        Assert.Equal("from `cpo_alpha`", recipe.Settings.Single(s => s.Key == "sft_weight").Note);
        Assert.Equal(["b/pairs"], recipe.TrainingData.Select(d => d.Name));
    }

    [Fact]
    public void LLaMA_Factorys_settings_are_converted_too()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            """
            model_name_or_path: a/model
            stage: dpo
            do_train: true
            finetuning_type: lora
            lora_rank: 4
            lora_target: all
            pref_beta: 0.5
            pref_loss: simpo
            simpo_gamma: 0.25
            pref_ftx: 0.1
            dataset: b/pairs,c/pairs
            template: llama3
            cutoff_len: 700
            val_size: 0.1
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 8
            """,
            RecipeText.Map("a/model", "b/pairs", "c/pairs"));
        var options = Assert.IsType<SimPOTrainer.Options>(recipe.Options);
        Assert.Equal((0.5f, 0.5f, 0.1f, 700, 699, 8), (options.Beta, options.GammaBetaRatio, options.SftWeight, options.MaxLength, options.MaxPromptLength,
            options.BatchSize));
        Assert.Equal((4, "all-linear", 0.1), (options.Lora!.Rank, options.Lora.TargetModules[0], options.ValidationFraction));
        Assert.Equal(["b/pairs", "c/pairs"], recipe.TrainingData.Select(d => d.Name));
    }

    [Fact]
    public void What_is_set_beside_the_file_takes_its_place_and_says_so()
    {
        RecipeOptions how = RecipeText.Map("a/model", "b/pairs");
        how.Overrides = new Dictionary<string, string> { ["beta"] = "4", ["dataset_splits"] = "[train, test]", ["learning_rate"] = "1e-6" };
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse("model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nbeta: 2", how);
        Assert.Equal((4f, 1e-6), (recipe.Options.Beta, recipe.Options.LearningRate));
        Assert.Equal(
            [("beta", "4", RecipeOrigin.Override), ("dataset_splits", "[train, test]", RecipeOrigin.Override), ("gamma_beta_ratio", "0.25",
                RecipeOrigin.Default),
                ("model_name_or_path", "a/model", RecipeOrigin.Recipe)],
            recipe.Settings.Where(s => s.Key is "beta" or "dataset_splits" or "gamma_beta_ratio" or "model_name_or_path").Select(s => (s.Key, s.Value,
                s.Origin)));
    }

    [Fact]
    public void An_accelerate_file_says_how_many_processes_share_a_step()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_processes: 8 \nmixed_precision: bf16\n");
        try
        {
            RecipeOptions how = RecipeText.Map("a/model", "b/pairs");
            how.AcceleratePath = path;
            AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
                "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nper_device_train_batch_size: 2\ngradient_accumulation_steps: 4", how);
            Assert.Equal(64, recipe.Options.BatchSize);
            Assert.Contains($"A step has 64 pairs: 2 a device, 4 times, on 8 processes (`num_processes` of {Path.GetFileName(path)}).", recipe.Notes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_compatible_mode_keeps_the_micro_batches()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nper_device_train_batch_size: 2\ngradient_accumulation_steps: 4\ncompatibility: "
                + "simpo_reference",
            RecipeText.Map("a/model", "b/pairs"));
        Assert.Equal((Compatibility.SimPOReference, 8, 2), (recipe.Options.Compatibility, recipe.Options.BatchSize, recipe.Options.PairsPerMicroBatch));
    }

    [Fact]
    public void Peft_without_targets_trains_what_PEFT_trains()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nuse_peft: true", RecipeText.Map("a/model", "b/pairs"));
        Assert.Equal("rank 16, alpha 32 on q_proj, v_proj", recipe.Options.Lora!.ToString());
    }

    [Fact]
    public void A_part_of_a_mixture_is_its_first_rows()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 0.1, c/pairs: 0.05}", RecipeText.Map("a/model", "b/pairs", "c/pairs"));
        string[] lines = [.. File.ReadLines(QuickStartFiles.Test).Select(l =>
            System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("prompt").GetString()!)];
        string[] prompts = [.. recipe.LoadTrainingData().GetColumn<string>("Prompt")];
        string[] expected = [.. lines.Take((int)(0.1 * lines.Length)), .. lines.Take((int)(0.05 * lines.Length))];
        Assert.Equal(expected.Order(StringComparer.Ordinal), prompts.Order(StringComparer.Ordinal));
        Assert.NotEqual(expected, prompts); // they are shuffled
    }

    [Fact]
    public void A_recipe_runs_to_the_bits_of_the_library_call()
    {
        const string Yaml = """
            model_name_or_path: a/model
            dataset_mixer: {b/pairs: 0.16}
            beta: 2.5
            gamma_beta_ratio: 0.5
            learning_rate: 2e-4
            num_train_epochs: 1
            per_device_train_batch_size: 2
            gradient_accumulation_steps: 4
            max_length: 256
            max_prompt_length: 200
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            seed: 7
            validation_fraction: 0.25
            """;
        List<double> losses = [], expected = [];
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(Yaml, RecipeText.Map("a/model", "b/pairs"));
        recipe.Options.Progress = new Listener<TrainingProgress>(p => losses.Add(p.Loss));
        using AlignmentTransformer model = recipe.Fit();
        var options = new SimPOTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, Beta = 2.5f, GammaBetaRatio = 0.5f, LearningRate = 2e-4, Epochs = 1, BatchSize = 8, MaxLength = 256,
            MaxPromptLength = 200, WarmupRatio = 0.1, Seed = 7, ValidationFraction = 0.25, Progress = new Listener<TrainingProgress>(p => expected.Add(p.Loss)),
        };
        IDataView data = _context.Alignment.LoadPreferences(
            [new MixturePart(QuickStartFiles.Test, 0.16)], new PreferenceLoadOptions { Shuffle = true, Seed = 42, FractionsTakeFirst = true });
        using AlignmentTransformer called = _context.Alignment.Trainers.SimPO(options).Fit(data);
        Assert.NotEmpty(losses);
        Assert.Equal(expected, losses);
    }

    /// <summary>Those of the SimPO repository, each with one of its files of accelerate, and the short ones, as they are but for the number of steps.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData("google/gemma-2-9b-it", "DEEPSPEED", 10f, 0.5f, 8e-7, 2048, 1800)]
    [InlineData("princeton-nlp/Llama-3-Base-8B-SFT", "FSDP", 2f, 0.5f, 6e-7, 2048, 1800)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "MULTI_GPU", 10f, 0.3f, 1e-6, 2048, 1800)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", "DEEPSPEED", 2.5f, 0.55f, 1e-6, 2048, 1800)]
    [InlineData("alignment-handbook/zephyr-7b-sft-full", "FSDP", 2f, 0.8f, 3e-7, 1024, 512)]
    [InlineData("mistralai/Mistral-7B-Instruct-v0.2", "MULTI_GPU", 2.5f, 0.1f, 5e-7, 2048, 1800)]
    [InlineData("mistralai/Mistral-7B-v0.1", null, 2f, 0.5f, 5e-7, 512, 128)]
    [InlineData("meta-llama/Meta-Llama-3-8B-Instruct", null, 2.5f, 0.5f, 5e-7, 512, 128)]
    [InlineData("deepseek-ai/deepseek-math-7b-base", null, 5f, 0.7f, 3e-7, 512, 128)]
    public void Every_recipe_runs_to_the_bits_of_the_library_call(
        string model, string? distributed, float beta, float ratio, double rate, int maxLength, int maxPromptLength)
    {
        using var folder = new Checkpoints.TempFolder();
        string data = folder.Write("pairs.jsonl", string.Join('\n', File.ReadLines(QuickStartFiles.Test).Take(12)));
        string yaml = distributed is null
            ? RecipeText.Short(model, "org/pairs", $"{beta}", $"{ratio}", $"{rate}", 1, 8)
            : RecipeText.SimPO(model, "org/pairs", TestSplits, $"{beta}", $"{ratio}", $"{rate}", maxLength, maxPromptLength);
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(yaml, new RecipeOptions
        {
            Map = new Dictionary<string, string> { [model] = QuickStartFiles.Model, ["org/pairs"] = data },
            Overrides = new Dictionary<string, string> { ["output_dir"] = folder.File("run"), ["max_steps"] = "3" },
            AcceleratePath = distributed is null ? null : folder.Write("accelerate.yaml", $"distributed_type: {distributed}\nnum_processes: 4 \n"),
        });
        var options = new SimPOTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, Beta = beta, GammaBetaRatio = ratio, LearningRate = rate, MaxLength = maxLength, Epochs = 1, MaxSteps = 3,
            MaxPromptLength = maxPromptLength, BatchSize = distributed is null ? 8 : 128, Seed = 42, WarmupRatio = distributed is null ? 0 : 0.1,
            LearningRateScheduler = distributed is null ? LearningRateScheduler.Linear : LearningRateScheduler.Cosine,
            GradientCheckpointing = distributed is not null, ValidationFraction = distributed is null ? 0.05 : 0,
            ChatTemplate = model.Contains("mistral", StringComparison.Ordinal) ? RecipeTemplates.Mistral : null,
        };
        var loading = new PreferenceLoadOptions { Shuffle = true, Seed = 42, FractionsTakeFirst = true };
        using AlignmentTransformer cooked = recipe.Fit();
        IDataView pairs = _context.Alignment.LoadPreferences([new MixturePart(data)], loading);
        if (options.ChatTemplate is not null) pairs = EmptySystemMessage.AddTo(pairs, _context); // it renders to nothing, but decides what is held out
        using AlignmentTransformer called = _context.Alignment.Trainers.SimPO(options).Fit(pairs, distributed is null ? null : pairs);
        Assert.Equal(3, cooked.TrainingRun.Steps.Count);
        Assert.Equal(called.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)), cooked.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)));
        Assert.Equal(called.TrainingRun.Validations[0].Loss, cooked.TrainingRun.Validations[0].Loss);
    }

    [Fact]
    public void Faults_of_the_data_are_named_before_a_run()
    {
        using var folder = new Checkpoints.TempFolder();
        string same = System.Text.Json.JsonSerializer.Serialize(new { prompt = "How are you?", chosen = "Well.", rejected = "Well." });
        string data = folder.Write("pairs.jsonl", string.Join('\n', [.. File.ReadLines(QuickStartFiles.Test).Take(12), same]));
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse("model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}", new RecipeOptions
        {
            Map = new Dictionary<string, string> { ["a/model"] = QuickStartFiles.Model, ["b/pairs"] = data },
        });
        DataFinding finding = Assert.Single(Assert.Single(recipe.CheckData()).Findings, f => f.Rule == "sides-identical");
        Assert.Equal((FindingSeverity.Error, 1L, 12L), (finding.Severity, finding.Count, finding.Rows[0]));
    }

    [Fact]
    public void It_prints_as_a_table_with_origins_and_reasons()
    {
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nbf16: true\nbeta: 3", RecipeText.Map("a/model", "b/pairs"));
        string[] lines = recipe.ToString().Split(Environment.NewLine);
        Assert.Contains(lines, l => l.StartsWith("beta ", StringComparison.Ordinal) && l.EndsWith("  recipe", StringComparison.Ordinal) && l.Contains(" 3 ",
            StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("bf16 ", StringComparison.Ordinal) && l.EndsWith(
            "no effect: settings of a GPU's arithmetic: products are float32 on the CPU and bfloat16 on a GPU", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("learning_rate ", StringComparison.Ordinal) && l.Contains(" 5e-5 ", StringComparison.Ordinal)
            && l.EndsWith("default", StringComparison.Ordinal));
        Assert.Contains(recipe.Notes[^1], lines);
    }
}
