using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class FaultyRecipesTests
{
    private const string Good = "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\n"; // two lines

    [Theory]
    [InlineData("bta: 2", "line 3: `bta` is no setting of a recipe. Did you mean `beta`?")]
    [InlineData("gamma_beta_ration: 0.5", "line 3: `gamma_beta_ration` is no setting of a recipe. Did you mean `gamma_beta_ratio`?")]
    [InlineData("learning_rte: 1e-6", "line 3: `learning_rte` is no setting of a recipe. Did you mean `learning_rate`?")]
    [InlineData("max_lenght: 512", "line 3: `max_lenght` is no setting of a recipe. Did you mean `max_length`?")]
    [InlineData("zzzzzzzzzzzz: 1", "line 3: `zzzzzzzzzzzz` is no setting of a recipe. Leave it out.")]
    [InlineData("Beta: 2", "line 3: `Beta` is no setting of a recipe. Did you mean `beta`?")]
    [InlineData("beta: two", "line 3: `beta` must be a number, but was 'two'.")]
    [InlineData("beta: '2'", "line 3: `beta` must be a number, but was '2'.")]
    [InlineData("beta: [2]", "line 3: `beta` must be a number, but was '[2]'.")]
    [InlineData("beta: 0", "line 3: `beta` must be greater than 0, but was 0. Use 2.0 to 10.0.")]
    [InlineData("beta: -1", "line 3: `beta` must be greater than 0, but was -1. Use 2.0 to 10.0.")]
    [InlineData("beta: .inf", "line 3: `beta` must be a number, but was '.inf'.")]
    [InlineData("gamma_beta_ratio: -0.1", "line 3: `gamma_beta_ratio` must be 0 or more, but was -0.1. Use 0.3 to 1.6.")]
    [InlineData("label_smoothing: 0.5", "line 3: `label_smoothing` must be from 0 to below 0.5, but was 0.5. Use 0 unless labels are noisy.")]
    [InlineData("sft_weight: -1", "line 3: `sft_weight` must be 0 or more, but was -1. Use 0 for none.")]
    [InlineData("loss_type: ipo", "line 3: `loss_type: ipo` is refused: SimPO has a sigmoid and a hinge.")]
    [InlineData("learning_rate: 0", "line 3: `learning_rate` must be greater than 0, but was 0. Use 3e-7 to 1e-6 for large models.")]
    [InlineData("learning_rate: 5e-7 # fine\nnum_train_epochs: -1", "line 4: `num_train_epochs` must be greater than 0, but was -1. Use 1.")]
    [InlineData("max_length: 1", "line 3: `max_length` must be at least 2, but was 1. Use 2048.")]
    [InlineData("max_length: 12.5", "line 3: `max_length` must be a whole number, but was '12.5'.")]
    [InlineData("max_length: 1e12", "line 3: `max_length` must be a whole number, but was '1e12'.")]
    [InlineData("per_device_train_batch_size: 0", "line 3: `per_device_train_batch_size` must be at least 1, but was 0.")]
    [InlineData("gradient_accumulation_steps: -2", "line 3: `gradient_accumulation_steps` must be at least 1, but was -2.")]
    [InlineData("gradient_accumulation_steps: 2000000000", "line 3: a step must have at most 2147483647 pairs, but has 16000000000.")]
    [InlineData("lr_scheduler_type: cosine_with_restarts",
        "line 3: `lr_scheduler_type: cosine_with_restarts` is refused: use linear, cosine, constant, constant_with_warmup or polynomial.")]
    [InlineData("warmup_ratio: 2", "line 3: `warmup_ratio` must be from 0 to 1, but was 2. Use 0.1.")]
    [InlineData("adam_beta1: 1", "line 3: `adam_beta1` must be from 0 to below 1, but was 1. Use 0.9.")]
    [InlineData("weight_decay: -0.1", "line 3: `weight_decay` must be 0 or more, but was -0.1. Use 0.")]
    [InlineData("optim: adafactor", "line 3: `optim: adafactor` is refused: the optimizer is AdamW. Use adamw_torch.")]
    [InlineData("adafactor: true", "line 3: `adafactor: true` is refused: the optimizer is AdamW. Leave it out.")]
    [InlineData("load_in_4bit: true",
        "line 3: `load_in_4bit: true` is refused: weights are float32 here, and bfloat16 on a GPU. Leave it out, or tune with `use_peft: true` to save "
            + "memory.")]
    [InlineData("load_in_8bit: yes",
        "line 3: `load_in_8bit: yes` is refused: weights are float32 here, and bfloat16 on a GPU. Leave it out, or tune with `use_peft: true` to save memory.")]
    [InlineData("load_in_8bit: maybe", "line 3: `load_in_8bit` must be true or false, but was 'maybe'.")]
    [InlineData("torch_dtype: int8", "line 3: `torch_dtype: int8` is refused: there is no such type. Use bfloat16, float16, float32 or auto.")]
    [InlineData("tokenizer_name_or_path: other/one",
        "line 3: `tokenizer_name_or_path: other/one` is refused: the tokenizer is that of the model's folder. Put the other tokenizer's files there.")]
    [InlineData("truncation_mode: keep_start", "line 3: `truncation_mode: keep_start` is refused: the end of a prompt is what its answer is to. Use keep_end.")]
    [InlineData("truncation_side: right", "line 3: `truncation_side: right` is refused: the end of a prompt is what its answer is to. Leave it out.")]
    [InlineData("is_encoder_decoder: true", "line 3: `is_encoder_decoder: true` is refused: models are decoders. Leave it out.")]
    [InlineData("max_steps: 1.5", "line 3: `max_steps` must be a whole number, but was '1.5'.")]
    [InlineData("method: ppo", "line 3: `method: ppo` is refused: there is no such method. Use one of simpo, dpo, cpo, orpo, kto, sft, rrhf, slic_hf, reward.")]
    [InlineData("method: dpo\ngamma_beta_ratio: 0.5",
        "line 4: `gamma_beta_ratio` is a setting of simpo, and `method: dpo` has nothing that it could be. Leave it out, or use one of these.")]
    [InlineData("method: dpo\nloss_type: simpo",
        "line 4: `loss_type` must be one of sigmoid, hinge, ipo, exo_pair, nca_pair, robust, bco_pair, sppo_hard, aot, aot_unpaired, apo_zero, "
            + "apo_down, disco_pop, sigmoid_norm, sft, but was 'simpo'.")]
    [InlineData("method: dpo\nloss_type: [sigmoid, sft]\nloss_weights: [1]",
        "line 4: there are 2 losses in `loss_type` and 1 weights in `loss_weights`.")]
    [InlineData("method: dpo\nloss_weights: {sigmoid: 1, kto: 2}", "line 4: `loss_weights` has no loss 'kto' to choose from.")]
    [InlineData("push_to_hub: true",
        "line 3: `push_to_hub: true` is refused: nothing is sent anywhere. Leave it out, and send the folder of the tuned model yourself.")]
    [InlineData("label_smoothing_factor: 0.1",
        "line 3: `label_smoothing_factor: 0.1` is refused: it smooths a cross entropy over the vocabulary. SimPO's is `label_smoothing`.")]
    [InlineData("neftune_noise_alpha: 5", "line 3: `neftune_noise_alpha: 5` is refused: embeddings get no noise here. Leave it out.")]
    [InlineData("group_by_length: true",
        "line 3: `group_by_length: true` is refused: it changes the order of the rows, and packed rows gain nothing by it. Leave it out.")]
    [InlineData("data_seed: 7", "line 3: `data_seed: 7` is refused: the order is that of `seed`. Use that.")]
    [InlineData("metric_for_best_model: accuracy",
        "line 3: `metric_for_best_model: accuracy` is refused: an evaluation has no such figure. Use eval_loss, eval_rewards/accuracies or "
            + "eval_rewards/margins.")]
    [InlineData("metric_for_best_model: rewards/margins\ngreater_is_better: no",
        "line 4: `greater_is_better: no` is refused: accuracies and margins are better when they are greater. Leave it out.")]
    [InlineData("greater_is_better: true", "line 3: `greater_is_better: true` is refused: a loss is better when it is smaller. Leave it out.")]
    [InlineData("per_gpu_train_batch_size: 4", "line 3: `per_gpu_train_batch_size: 4` is refused: its name is `per_device_train_batch_size` now.")]
    [InlineData("eval_strategy: sometimes", "line 3: `eval_strategy: sometimes` is refused: use no, steps or epoch.")]
    [InlineData("save_strategy: best", "line 3: `save_strategy: best` is refused: use no, steps or epoch.")]
    [InlineData("compatibility: dpo", "line 3: `compatibility` must be none, simpo_reference or trl, but was 'dpo'.")]
    [InlineData("dataset_splits: [train, validation]",
        "line 3: the split 'validation' is neither for training nor for testing. Its name must have 'train' or 'test' in it.")]
    [InlineData("dataset_splits: [test]", "line 3: `dataset_splits` must have a split for training, but had none. Use [train, test].")]
    [InlineData("use_peft: true\nlora_r: 0", "line 4: `lora_r` must be at least 1, but was 0.")]
    [InlineData("use_peft: true\nlora_alpha: -1", "`Lora.Alpha` must be greater than 0, but was -1. Use once or twice the rank.")]
    [InlineData("use_peft: true\nlora_target_modules: {a: b}", "line 4: `lora_target_modules` must be a list of texts, but was '{a: b}'.")]
    [InlineData("model_init_kwargs: {a: 1}",
        "line 3: `model_init_kwargs: {a: 1}` is refused: a model is made of its own configuration. Change its config.json.")]
    [InlineData("optim_args: x=1", "line 3: `optim_args: x=1` is refused: AdamW's settings have names of their own, such as `adam_beta1`.")]
    public void One_fault_is_named_with_its_line_and_what_to_do(string line, string message) => AssertFault(Good + line, $"'recipe': {message}");

    [Theory]
    [InlineData("dataset_mixer: {b/pairs: 1}",
        "`model_name_or_path` must name a model, but was empty. Use a folder in Hugging Face layout, or a name that is mapped to one.")]
    [InlineData("model_name_or_path: a/model",
        "`dataset_mixer` must name data sets with their fractions, but was empty. Use `dataset_mixer: {path/to/pairs.jsonl: 1.0}`.")]
    [InlineData("model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1.5}",
        "line 2: the fraction of 'b/pairs' must be from 0 to 1, but was '1.5'. Use 1.0 for all of it.")]
    [InlineData("model_name_or_path: a/model\ndataset_mixer: {b/pairs: -1}",
        "line 2: the fraction of 'b/pairs' must be from 0 to 1, but was '-1'. Use 1.0 for all of it.")]
    [InlineData("model_name_or_path: a/model\ndataset_mixer: b/pairs", "line 2: `dataset_mixer` must be a mapping, but was 'b/pairs'.", true)]
    public void Model_and_data_must_be_said(string yaml, string message, bool alsoEmpty = false)
    {
        string empty = "`dataset_mixer` must name data sets with their fractions, but was empty. Use `dataset_mixer: {path/to/pairs.jsonl: 1.0}`.";
        AssertFault(yaml, alsoEmpty ? $"'recipe' has 2 faults:{Environment.NewLine}{message}{Environment.NewLine}{empty}" : $"'recipe': {message}");
    }

    [Theory]
    [InlineData("stage: sft\npref_loss: simpo\ndataset: b/pairs",
        "line 3: `pref_loss` is nothing to `stage: sft`. Leave it out, or use `stage: dpo`.")]
    [InlineData("stage: ppo\ndataset: b/pairs", "line 2: `stage: ppo` is refused: use dpo, kto, sft or rm.")]
    [InlineData("stage: rm\npref_loss: sigmoid\ndataset: b/pairs", "line 3: `pref_loss` is nothing to `stage: rm`. Leave it out, or use `stage: dpo`.")]
    [InlineData("stage: rm\nmax_samples: 0\ndataset: b/pairs", "line 3: `max_samples` must be at least 1, but was 0.")]
    [InlineData("method: reward\ndataset_name: b/pairs\npad_token: x\neos_token: y",
        "line 5: `eos_token: y` is refused: the tokens are those of the model's folder. Change its tokenizer_config.json.")]
    [InlineData("method: sft\ndataset_name: b/pairs\npacking_strategy: wrapped",
        "line 4: `packing_strategy: wrapped` is refused: texts are not cut at the ends of rows. Use bfd.")]
    [InlineData("method: dpo\ndataset_name: b/pairs\nsync_ref_model: often", "line 4: `sync_ref_model` must be true or false, but was 'often'.")]
    [InlineData("stage: dpo\npref_loss: kto_pair\ndataset: b/pairs",
        "line 3: `pref_loss: kto_pair` is refused: use sigmoid, hinge, ipo, orpo or simpo.")]
    [InlineData("stage: dpo\npref_beta: 1\nbeta: 2\ndataset: b/pairs", "line 4: `beta` is said twice, by names that mean the same. Keep one.")]
    [InlineData("stage: dpo\nfinetuning_type: freeze\ndataset: b/pairs", "line 3: `finetuning_type: freeze` is refused: use full or lora.")]
    [InlineData("simpo_gamma: 1\nloss_type: hinge\ndataset_name: b/pairs", "line 3: `loss_type: hinge` is another method's. SimPO is `loss_type: simpo`.")]
    [InlineData("loss_type: simpo\nsimpo_gamma: x\ndataset_name: b/pairs", "line 3: `simpo_gamma` must be a number, but was 'x'.")]
    public void Another_methods_settings_are_named(string lines, string message) => AssertFault($"model_name_or_path: a/model\n{lines}",
        $"'recipe': {message}");

    /// <summary>A margin of ORPO, a reference of SimPO, beta as another number: all that a method cannot have, at once.</summary>
    [Theory]
    [InlineData("method: orpo\ngamma_beta_ratio: 0.5\nref_model_name_or_path: a/model\nlabel_smoothing: 0.1",
        "line 4: `gamma_beta_ratio` is a setting of simpo, and `method: orpo` has nothing that it could be. Leave it out, or use one of these.",
        "line 5: `ref_model_name_or_path` is a setting of dpo, kto, and `method: orpo` has nothing that it could be. Leave it out, or use one of these.",
        "line 6: `label_smoothing` is a setting of simpo, dpo, cpo, and `method: orpo` has nothing that it could be. Leave it out, or use one of these.")]
    [InlineData("method: simpo\nref_model_name_or_path: a/model\ndesirable_weight: 2",
        "line 4: `ref_model_name_or_path` is a setting of dpo, kto, and `method: simpo` has nothing that it could be. Leave it out, or use one of these.",
        "line 5: `desirable_weight` is a setting of kto, and `method: simpo` has nothing that it could be. Leave it out, or use one of these.")]
    public void What_a_method_cannot_have_is_said_all_at_once(string lines, params string[] messages) => AssertFault(
        $"model_name_or_path: a/model\ndataset_mixer: {{b/pairs: 1.0}}\n{lines}",
        $"'recipe' has {messages.Length} faults:{Environment.NewLine}{string.Join(Environment.NewLine, messages)}");

    [Fact]
    public void All_faults_come_at_once() => AssertFault(
        Good + "bta: 2\nlearning_rate: fast\noptim: sgd",
        string.Join(Environment.NewLine,
            "'recipe' has 3 faults:",
            "line 3: `bta` is no setting of a recipe. Did you mean `beta`?",
            "line 4: `learning_rate` must be a number, but was 'fast'.",
            "line 5: `optim: sgd` is refused: the optimizer is AdamW. Use adamw_torch."));

    private static void AssertFault(string yaml, string message) => Assert.Equal(
        message, Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.Recipes.Parse(yaml, RecipeText.Map("a/model", "b/pairs"))).Message);
}
