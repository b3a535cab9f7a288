using System.Text.Json;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// Runs of the trainers that no golden of the project's own is of are read too: whatever they are called, and whatever of their settings they say.
/// </summary>
public class GoldenOptionsTests
{
    /// <summary>Settings beside those of every run, as a trainer writes them, and the options that say the same.</summary>
    [Theory]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['ipo'], 'beta': 0.6", "Dpo with LossType Ipo, Beta 0.6")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['robust'], 'label_smoothing': 0.2", "Dpo with LossType Robust, LabelSmoothing 0.2")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid'], 'label_smoothing': 0.2", "Dpo with ")] // ignored there, without a word
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['robust', 'sigmoid'], 'label_smoothing': 0.2, 'loss_weights': null",
        "Dpo with Mix 1 Robust + 1 Sigmoid, LabelSmoothing 0.2")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid', 'bco_pair', 'sft'], 'loss_weights': [0.7, 0.4, 0.25]",
        "Dpo with Mix 0.7 Sigmoid + 0.4 BcoPair + 0.25 Sft")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid'], 'use_weighting': true, 'ld_alpha': 0.3",
        "Dpo with LengthDesensitization 0.3, WeighsPairs True")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid'], 'f_divergence_type': 'js_divergence', 'max_length': null",
        "Dpo with Divergence JensenShannon")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid'], 'sync_ref_model': true", "Dpo with SyncReferenceSteps 512")]
    [InlineData("trl.DPOTrainer", "1.16.0", "'loss_type': ['sigmoid'], 'sync_ref_model': false, 'ref_model_sync_steps': 3", "Dpo with ")]
    [InlineData("trl.DPOTrainer", "0.24.0", "'loss_type': 'sigmoid', 'label_smoothing': 0.1", "Dpo with LabelSmoothing 0.1")] // applied there
    [InlineData("trl.KTOTrainer", "1.16.0", "'loss_type': 'kto', 'desirable_weight': 0.7, 'undesirable_weight': 2.0",
        "Kto with DesirableWeight 0.7, UndesirableWeight 2")]
    [InlineData("trl.SFTTrainer", "1.16.0", "'loss_type': 'chunked_nll', 'completion_only_loss': true", "Sft with ")]
    [InlineData("trl.SFTTrainer", "1.16.0", "'loss_type': null, 'completion_only_loss': null", "Sft with Tokens All")] // of ready ids: everything
    [InlineData("trl.SFTTrainer", "0.24.0", "'packing': false", "Sft with Tokens All")]
    [InlineData("trl.RewardTrainer", "1.16.0", "'center_rewards_coefficient': null", "Reward with ")]
    [InlineData("trl.CPOTrainer", "1.16.0", "'loss_type': 'hinge', 'beta': 0.2", "Cpo with LossType Hinge, Beta 0.2")]
    [InlineData("trl.CPOTrainer", "1.16.0", "'loss_type': 'alphapo', 'beta': 2, 'simpo_gamma': 1, 'cpo_alpha': 0, 'alpha': 0.25", "SimPO with Alpha 0.25")]
    [InlineData("trl.ORPOTrainer", "1.16.0", "'beta': 0.2", "Orpo with Beta 0.2")]
    public void A_run_of_any_trainer_is_read_by_what_it_says(string trainer, string version, string settings, string expected)
    {
        string json = $$$"""
            {"method": "run-7", "trainer": "{{{trainer}}}", "versions": {"trl": "{{{version}}}"}, "warmup_steps": 3, "hyper_parameters": {
            "learning_rate": 0.001, "per_device_train_batch_size": 3, "gradient_accumulation_steps": 2, "lr_scheduler_type": "constant_with_warmup",
            {{{settings.Replace('\'', '"')}}} }}
            """;
        PreferenceTrainerOptions options = GoldenOptions.Of(JsonDocument.Parse(json).RootElement, QuickStartFiles.Model);
        Assert.Empty(options.Faults());
        Assert.Equal(
            (3, 6, 3, LearningRateScheduler.ConstantWithWarmup, false),
            (options.PairsPerMicroBatch, options.BatchSize, options.WarmupSteps, options.LearningRateScheduler, options.Shuffle));
        string said = options.ToString();
        Assert.StartsWith(expected[..(expected.IndexOf(" with ", StringComparison.Ordinal) + 6)], said, StringComparison.Ordinal);
        string[] own = expected[(expected.IndexOf(" with ", StringComparison.Ordinal) + 6)..].Split(", ", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(own, option => Assert.Contains(option, said, StringComparison.Ordinal));
        string[] plain = ["LossType", "Mix", "LabelSmoothing", "Divergence ", "LengthDesensitization", "SyncReferenceSteps", "WeighsPairs", "Tokens", "Alpha "];
        Assert.All(
            plain.Where(p => !own.Any(o => o.StartsWith(p, StringComparison.Ordinal))),
            p => Assert.DoesNotContain($" {p.TrimEnd()} ", said, StringComparison.Ordinal));
    }
}
