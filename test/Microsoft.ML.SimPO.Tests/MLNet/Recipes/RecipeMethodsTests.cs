using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit;

namespace Microsoft.ML.SimPO;

/// <summary>Recipes of other methods than SimPO, in the forms of TRL, LLaMA-Factory and the SimPO repository.</summary>
public sealed class RecipeMethodsTests : IDisposable
{
    private const string Reference = "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 0.06}\n";

    private const string Trl = "model_name_or_path: a/model\ndataset_name: b/pairs\n";

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("beta: 2", typeof(SimPOTrainer.Options))]
    [InlineData("method: dpo", typeof(DpoTrainer.Options))]
    [InlineData("method: cpo", typeof(CpoTrainer.Options))]
    [InlineData("method: orpo", typeof(OrpoTrainer.Options))]
    [InlineData("method: kto", typeof(KtoTrainer.Options))]
    [InlineData("method: sft", typeof(SftTrainer.Options))]
    [InlineData("method: rrhf", typeof(RrhfTrainer.Options))]
    [InlineData("method: slic_hf", typeof(SlicHfTrainer.Options))]
    [InlineData("method: reward", typeof(RewardTrainer.Options))]
    [InlineData("method: reward\nbeta: 1", typeof(RewardTrainer.Options))]
    [InlineData("center_rewards_coefficient: 0.01", typeof(RewardTrainer.Options))]
    [InlineData("lora_task_type: SEQ_CLS", typeof(RewardTrainer.Options))]
    [InlineData("lora_task_type: CAUSAL_LM", typeof(SimPOTrainer.Options))]
    [InlineData("cpo_alpha: 0.5", typeof(CpoTrainer.Options))]
    [InlineData("desirable_weight: 1.2", typeof(KtoTrainer.Options))]
    [InlineData("max_seq_length: 100", typeof(SftTrainer.Options))]
    [InlineData("loss_type: dft", typeof(SftTrainer.Options))]
    [InlineData("f_divergence_type: alpha", typeof(DpoTrainer.Options))]
    [InlineData("precompute_ref_log_probs: true", typeof(DpoTrainer.Options))]
    public void A_recipe_is_of_the_method_that_it_says_or_whose_settings_it_has(string more, Type options) =>
        Assert.IsType(options, Parse(Reference + more).Options);

    [Fact]
    public void TRLs_losses_of_pairs_are_DPOs_with_its_defaults()
    {
        var options = Assert.IsType<DpoTrainer.Options>(Parse(Trl + "loss_type: apo_zero\nlabel_smoothing: 0\nbeta: 0.2").Options);
        Assert.Equal((DpoLossType.ApoZero, 0.2f, 1e-6, 1024), (options.LossType, options.Beta, options.LearningRate, options.MaxLength));
        Assert.Equal(DpoLossType.DiscoPop, ((DpoTrainer.Options)Parse(Trl + "loss_type: discopop").Options).LossType);
        AlignmentRecipe mixed = Parse(Trl + "loss_type: [sigmoid, bco_pair, sft]\nloss_weights: [0.8, 0.2, 1.0]");
        Assert.Equal("0.8 Sigmoid + 0.2 BcoPair + 1 Sft", ((DpoTrainer.Options)mixed.Options).Mix!.ToString());
        Assert.Equal("from `loss_type` with `loss_weights`", mixed.Settings.Single(s => s.Key == "loss_weights").Note);
        Assert.Equal("1 Sigmoid + 0.5 Sft", ((DpoTrainer.Options)Parse(Trl + "loss_type: sigmoid\nrpo_alpha: 0.5").Options).Mix!.ToString());
        Assert.Contains("The recipe is for the method Dpo.", mixed.Notes);
    }

    [Theory]
    [InlineData("pref_loss: sigmoid\npref_beta: 0.3", "Dpo Sigmoid 0.3 ")]
    [InlineData("pref_loss: hinge\npref_beta: 0.3", "Dpo Hinge 0.3 ")]
    [InlineData("pref_beta: 0.3\npref_ftx: 0.25", "Dpo Sigmoid 0.3 1 Sigmoid + 0.25 Sft")]
    public void LLaMA_Factorys_losses_of_pairs_are_DPOs_too(string more, string expected)
    {
        var options = Assert.IsType<DpoTrainer.Options>(Parse($"model_name_or_path: a/model\nstage: dpo\ndataset: b/pairs\n{more}").Options);
        Assert.Equal(expected, FormattableString.Invariant($"{options.Method} {options.LossType} {options.Beta} {options.Mix}"));
        Assert.IsType<OrpoTrainer.Options>(Parse("model_name_or_path: a/model\nstage: dpo\ndataset: b/pairs\npref_loss: orpo").Options);
        Assert.IsType<KtoTrainer.Options>(Parse("model_name_or_path: a/model\nstage: kto\ndataset: b/pairs").Options);
    }

    /// <summary>The keys of LLaMA-Factory's <c>llama3_lora_reward.yaml</c>.</summary>
    [Fact]
    public void LLaMA_Factorys_recipe_of_a_reward_model_is_read_as_it_is()
    {
        AlignmentRecipe recipe = Parse("""
            model_name_or_path: a/model
            trust_remote_code: true
            stage: rm
            do_train: true
            finetuning_type: lora
            lora_rank: 4
            dataset: b/pairs
            template: llama3
            cutoff_len: 300
            max_samples: 7
            overwrite_cache: true
            preprocessing_num_workers: 16
            dataloader_num_workers: 4
            logging_steps: 10
            save_steps: 500
            plot_loss: true
            overwrite_output_dir: true
            save_only_model: false
            report_to: none
            per_device_train_batch_size: 1
            gradient_accumulation_steps: 8
            learning_rate: 1.0e-4
            num_train_epochs: 3.0
            lr_scheduler_type: cosine
            warmup_ratio: 0.1
            bf16: true
            ddp_timeout: 180000000
            resume_from_checkpoint: null
            val_size: 0.3
            per_device_eval_batch_size: 1
            eval_strategy: steps
            eval_steps: 500
            """);
        var options = Assert.IsType<RewardTrainer.Options>(recipe.Options);
        Assert.Equal(
            (1f, 0f, 1e-4, 3.0, 8, 300, 299, 0.3),
            (options.Beta, options.CenterRewardsCoefficient, options.LearningRate, options.Epochs, options.BatchSize, options.MaxLength,
                options.MaxPromptLength, options.ValidationFraction));
        Assert.Equal((4, 8.0, "all-linear"), (options.Lora!.Rank, options.Lora.Alpha, options.Lora.TargetModules.Single()));
        Assert.Contains("The recipe is for the method Reward.", recipe.Notes);
        Assert.Equal(7, recipe.LoadTrainingData().GetColumn<string>("Prompt").Count());
        using AlignmentTransformer model = recipe.Fit();
        Assert.True(model.IsRewardModel);
        Assert.Equal(3, model.TrainingRun.Steps.Count);
    }

    /// <summary>The settings of TRL's reward script, with its RewardConfig's defaults.</summary>
    [Fact]
    public void TRLs_recipe_of_a_reward_model_has_its_defaults()
    {
        var options = Assert.IsType<RewardTrainer.Options>(Parse(Trl + """
            use_peft: true
            lora_task_type: SEQ_CLS
            lora_r: 32
            lora_alpha: 16
            center_rewards_coefficient: 0.01
            max_length: 2048
            gradient_checkpointing: false
            activation_offloading: false
            eval_strategy: steps
            eval_steps: 50
            """).Options);
        Assert.Equal(
            (1f, 0.01f, 1e-4, 2048, 2047, false, 50, 32),
            (options.Beta, options.CenterRewardsCoefficient, options.LearningRate, options.MaxLength, options.MaxPromptLength, options.GradientCheckpointing,
                options.EvaluationSteps, options.Lora!.Rank));
        Assert.Equal((1024, true), (Parse(Trl + "method: reward").Options.MaxLength, Parse(Trl + "method: reward").Options.GradientCheckpointing));
    }

    /// <summary>SFTConfig's and KTOConfig's.</summary>
    [Fact]
    public void TRLs_recipes_of_supervised_fine_tuning_and_of_KTO_have_their_defaults()
    {
        var sft = Assert.IsType<SftTrainer.Options>(
            Parse(Trl + "packing: true\npacking_strategy: bfd\npadding_free: true\nloss_type: chunked_nll\ncompletion_only_loss: true").Options);
        Assert.Equal(
            (1f, 2e-5, 1024, true, SftLossType.Nll, SftTokens.Answers),
            (sft.Beta, sft.LearningRate, sft.MaxLength, sft.Packing, sft.LossType, sft.Tokens));
        var dft = (SftTrainer.Options)Parse(Trl + "method: sft\nloss_type: dft").Options;
        Assert.Equal((SftLossType.Dft, false, SftTokens.All), (dft.LossType, dft.Packing, dft.Tokens));
        var kto = Assert.IsType<KtoTrainer.Options>(Parse(Trl + "loss_type: [kto]\ndesirable_weight: 1.33\nundesirable_weight: 1").Options);
        Assert.Equal(
            (KtoLossType.Kto, 0.1f, 1e-6, 1024, 1.33f), (kto.LossType, kto.Beta, kto.LearningRate, kto.MaxLength, kto.DesirableWeight));
        Assert.Equal(KtoLossType.ApoZeroUnpaired, ((KtoTrainer.Options)Parse(Trl + "method: kto\nloss_type: apo_zero_unpaired").Options).LossType);
    }

    /// <summary>TRL's names of divergences, of AOT, and its switch of a moving reference.</summary>
    [Fact]
    public void TRLs_own_words_of_DPO_are_understood()
    {
        DpoTrainer.Options Of(string more) => Assert.IsType<DpoTrainer.Options>(Parse(Trl + "method: dpo\n" + more).Options);
        Assert.Equal(FDivergence.JensenShannon, Of("f_divergence_type: js_divergence").Divergence);
        DpoTrainer.Options alpha = Of("f_divergence_type: alpha_divergence\nf_alpha_divergence_coef: 0.3");
        Assert.Equal((FDivergence.Alpha, 0.3f), (alpha.Divergence, alpha.DivergenceAlpha));
        Assert.Equal(FDivergence.ForwardKl, Of("f_divergence_type: forward_kl").Divergence);
        Assert.Equal(FDivergence.ReverseKl, Of("f_divergence_type: reverse_kl").Divergence);
        Assert.Equal(DpoLossType.Aot, Of("loss_type: aot_pair").LossType);
        Assert.Equal((512, 0.6), (Of("sync_ref_model: true").SyncReferenceSteps, Of("sync_ref_model: true").ReferenceMixup));
        Assert.Equal(64, Of("sync_ref_model: true\nref_model_sync_steps: 64").SyncReferenceSteps);
        Assert.Equal(0, Of("sync_ref_model: false\nref_model_sync_steps: 64").SyncReferenceSteps);
        Assert.Equal((0.5f, true), (Of("ld_alpha: 0.5").LengthDesensitization, Of("use_weighting: true").WeighsPairs));
    }

    [Theory]
    [InlineData("dpo")]
    [InlineData("cpo")]
    [InlineData("orpo")]
    [InlineData("kto")]
    [InlineData("sft")]
    [InlineData("reward")]
    public void A_recipe_of_every_method_runs_as_many_steps_as_it_says(string method)
    {
        AlignmentRecipe recipe = Parse($"{Reference}method: {method}\nmax_steps: 2\nmax_length: 256\nper_device_train_batch_size: 4\nvalidation_fraction: 0.3");
        using AlignmentTransformer model = recipe.Fit();
        Assert.Equal([1, 2], model.TrainingRun.Steps.Select(s => s.Step));
        Assert.Equal(2, model.TrainingRun.Steps[0].TotalSteps);
        Assert.Contains("`max_steps` 2 takes the place of `num_train_epochs`.", recipe.Notes);
    }

    /// <summary>The keys of <c>mistral-7b-base-sft.yaml</c>: conversations, learned as a whole, in packed rows.</summary>
    [Fact]
    public void The_recipe_of_supervised_fine_tuning_is_the_library_call()
    {
        string path = _folder.Write("chats.jsonl", string.Join('\n', QuickStartFiles.Pairs(12).Select((p, i) => JsonSerializer.Serialize(new
        {
            prompt_id = i,
            messages = new[]
            {
                new { role = "user", content = "Hello" }, new { role = "assistant", content = "Good day." },
                new { role = "user", content = p.Prompt }, new { role = "assistant", content = p.Chosen },
            },
        }))));
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            RecipeText.Sft("a/model", "org/chats", 256),
            new RecipeOptions { Map = new Dictionary<string, string> { ["a/model"] = QuickStartFiles.Model, ["org/chats"] = path } });
        using AlignmentTransformer model = recipe.Fit();
        var view = recipe.LoadTrainingData();
        Assert.Equal(QuickStartFiles.Pairs(12).Select(p => p.Chosen), view.GetColumn<string>("Response"));
        Assert.StartsWith("[{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":\"Good day.\"},{\"role\":\"user\"",
            view.GetColumn<string>("Prompt").First(), StringComparison.Ordinal);
        using AlignmentTransformer called = _context.Alignment.Trainers.Sft(new SftTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, Rows = RowKind.Responses, Tokens = SftTokens.All, Packing = true, MaxLength = 256, MaxPromptLength = 255,
            LearningRate = 2e-5, BatchSize = 2, Seed = 42, WarmupRatio = 0.1, GradientCheckpointing = true,
        }).Fit(view, recipe.LoadValidationData());
        Assert.NotEmpty(model.TrainingRun.Steps);
        Assert.Equal(called.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)), model.TrainingRun.Steps.Select(s => (s.Loss, s.GradientNorm)));
        Assert.Equal(called.TrainingRun.Validations.Select(v => v.Loss), model.TrainingRun.Validations.Select(v => v.Loss));
    }

    /// <summary>TRL's unpaired preferences, as text and as messages, and LLaMA-Factory's; a row without a label is left out.</summary>
    [Theory]
    [InlineData("""{"prompt": "Why?", "completion": " So.", "label": true}""", """{"prompt": "Why?", "completion": " No.", "label": false}""", "Why?")]
    [InlineData(
        """{"prompt": [{"role": "user", "content": "Why?"}], "completion": [{"role": "assistant", "content": " So."}], "label": 1}""",
        """{"prompt": [{"role": "user", "content": "Why?"}], "completion": [{"role": "assistant", "content": " No."}], "label": 0}""", "Why?")]
    [InlineData(
        """{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": " So."}], "kto_tag": "true"}""",
        """{"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": " No."}], "kto_tag": "false"}""", "Why?")]
    [InlineData(
        """{"instruction": "Why", "input": "me?", "output": " So.", "kto_tag": true, "system": "s", "history": [["a", "b"]]}""",
        """{"instruction": "Why", "input": "me?", "output": " No.", "kto_tag": false, "system": "s", "history": [["a", "b"]]}""",
        """[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"Why\nme?"}]""")]
    public void KTO_is_trained_on_answers_with_a_label(string good, string bad, string prompt)
    {
        string path = _folder.Write(
            "answers.jsonl", string.Join('\n', [good, bad, """{"prompt": "Why?", "completion": "Hm."}""", .. Enumerable.Repeat(good, 3)]));
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            Trl + "method: kto\nmax_steps: 1\nper_device_train_batch_size: 5\nmax_length: 64\nmax_prompt_length: 32\nvalidation_fraction: 0",
            new RecipeOptions { Map = new Dictionary<string, string> { ["a/model"] = QuickStartFiles.Model, ["b/pairs"] = path } });
        recipe.Options.ValidationFraction = 0;
        Assert.Equal(RowKind.Responses, recipe.Options.Rows);
        IDataView view = recipe.LoadTrainingData();
        Assert.Equal([true, false, true, true, true], view.GetColumn<bool>("Label"));
        Assert.Equal([" So.", " No."], view.GetColumn<string>("Response").Take(2));
        Assert.All(view.GetColumn<string>("Prompt"), text => Assert.Equal(prompt, text));
        using AlignmentTransformer model = recipe.Fit();
        Assert.Single(model.TrainingRun.Steps);
    }

    /// <summary>The keys of LLaMA-Factory's <c>llama3_lora_kto.yaml</c>, with data to evaluate on and weights.</summary>
    [Fact]
    public void LLaMA_Factorys_recipe_of_KTO_is_read_with_its_weights_and_its_evaluation_data()
    {
        string Factory(string more) => "model_name_or_path: a/model\nstage: kto\nfinetuning_type: lora\nlora_target: all\npref_beta: 0.1\n"
            + $"dataset: b/pairs\ntemplate: llama3\ncutoff_len: 256\n{more}";
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            Factory("kto_chosen_weight: 1.5\nkto_rejected_weight: 0.5\neval_dataset: c/held, d/held"),
            RecipeText.Map("a/model", "b/pairs", "c/held", "d/held"));
        var options = Assert.IsType<KtoTrainer.Options>(recipe.Options);
        Assert.Equal((0.1f, 1.5f, 0.5f, 0.0), (options.Beta, options.DesirableWeight, options.UndesirableWeight, options.ValidationFraction));
        Assert.Equal(RowKind.Pairs, options.Rows); // pairs are taken apart
        Assert.Equal([("c/held", "train", 1.0), ("d/held", "train", 1.0)], recipe.ValidationData.Select(d => (d.Name, d.Split, d.Fraction)));
        Assert.Equal(["b/pairs"], recipe.TrainingData.Select(d => d.Name));
        Assert.Equal("from `kto_chosen_weight`", recipe.Settings.Single(s => s.Key == "desirable_weight").Note);
        var both = Assert.Throws<InvalidDataException>(() => _context.Alignment.Recipes.Parse(
            Factory("eval_dataset: [c/held]\nval_size: 0.1"), RecipeText.Map("a/model", "b/pairs", "c/held")));
        Assert.Equal(
            "'recipe': line 9: `eval_dataset` names data to evaluate on, and a part of the training data is held out too. Keep one of both.", both.Message);
    }

    /// <summary>What a conversation has beside words reaches the template.</summary>
    [Fact]
    public void Fine_tuning_keeps_calls_thoughts_and_tools()
    {
        string path = _folder.Write("chats.jsonl", """
            {"messages": [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No.", "reasoning_content": "Look."}],
             "tools": [{"type": "f"}]}
            """.ReplaceLineEndings(""));
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            Trl + "method: sft", new RecipeOptions { Map = new Dictionary<string, string> { ["a/model"] = QuickStartFiles.Model, ["b/pairs"] = path } });
        IDataView view = recipe.LoadTrainingData();
        Assert.Equal("""{"messages":[{"role":"user","content":"Rain?"}],"tools":[{"type":"f"}]}""", view.GetColumn<string>("Prompt").Single());
        Assert.Equal(
            """[{"role":"assistant","content":"No.","reasoning_content":"Look.","thinking":"Look."}]""", view.GetColumn<string>("Response").Single());
    }

    [Fact]
    public void An_empty_system_message_is_put_in_where_the_template_speaks_of_one()
    {
        const string Speaks = "chat_template: \"{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{# system #}\"\n";
        string[] with = [.. Parse(Reference + Speaks).LoadTrainingData().GetColumn<string>("Prompt")];
        string[] without = [.. Parse(Reference + Speaks + "auto_insert_empty_system_msg: false").LoadTrainingData().GetColumn<string>("Prompt")];
        Assert.All(with, p => Assert.StartsWith("[{\"role\":\"system\",\"content\":\"\"},{\"role\":\"user\"", p, StringComparison.Ordinal));
        Assert.DoesNotContain(without, p => p.Contains("system", StringComparison.Ordinal));
        const string Silent = "chat_template: \"{% for m in messages %}{{ m.content }}{% endfor %}\"\n";
        Assert.Equal(without, Parse(Reference + Silent).LoadTrainingData().GetColumn<string>("Prompt"));
        Assert.Equal(without, Parse(Reference + Speaks + "compatibility: simpo_reference").LoadTrainingData().GetColumn<string>("Prompt"));
    }

    private AlignmentRecipe Parse(string yaml) => _context.Alignment.Recipes.Parse(yaml, RecipeText.Map("a/model", "b/pairs"));
}
