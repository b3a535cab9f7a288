using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>Makes a model ready for the training that the options ask for: a new adapter, its own one, or all weights; a new head of a reward model.</summary>
internal static class AdapterSetup
{
    /// <summary>Below it an adapter, whose B begins at zero, hardly moves in the steps of a run.</summary>
    private const double LowRate = 2e-6;

    /// <param name="seed">Where the random numbers of a new adapter begin.</param>
    /// <exception cref="InvalidDataException">The options of LoRA do not fit the model; all faults are listed.</exception>
    /// <exception cref="InvalidOperationException">A new adapter is asked for where there is one.</exception>
    public static void Prepare(LanguageModel model, PreferenceTrainerOptions options, int seed, IChannel channel)
    {
        Decoder decoder = model.Decoder;
        if (model.HasNewHead) RewardHeadInitializer.Fill(decoder, RewardConfig.InitializerRange(ModelConfig.Load(model.Files)), seed);
        if (options.Lora is { } lora)
        {
            if (decoder.Adapter is not null)
                throw new InvalidOperationException(
                    "The model has a LoRA adapter already. Set `Lora` to null to train that one on, or begin with the base model.");
            AdapterConfig config = lora.Config(model.Folder);
            AdapterInitializer.Attach(decoder, model.IsRewardModel ? WithHead(config) : config, seed);
        }
        if (decoder.Adapter is not { } adapter) return;
        string whole = adapter.Config.ModulesToSave.Count == 0 ? "" : $", and {string.Join(", ", adapter.Config.ModulesToSave)} whole";
        channel.Info(FormattableString.Invariant(
            $"LoRA: {adapter.ParameterCount} parameters are trained ({100.0 * adapter.ParameterCount / decoder.ParameterCount:F2} ")
                + FormattableString.Invariant($"% of {decoder.ParameterCount}): rank {adapter.Config.Rank}, alpha {adapter.Config.Alpha} on ")
                + FormattableString.Invariant($"{string.Join(", ", adapter.TargetNames)}{whole}. All others are frozen."));
        if (adapter.Config.Dropout > 0)
            channel.Info(FormattableString.Invariant($"The adapter was trained with dropout {adapter.Config.Dropout}; it is trained on without."));
        if (options.LearningRate < LowRate)
            channel.Warning(FormattableString.Invariant(
                $"`LearningRate` {options.LearningRate} suits the training of all weights; an adapter hardly moves with it. Use 1e-5 to 5e-4."));
    }

    /// <summary>The adapter of a reward model trains its head whole, as PEFT's do.</summary>
    private static AdapterConfig WithHead(AdapterConfig config) => config with
    {
        IsOfRewardModel = true,
        ModulesToSave = [.. config.ModulesToSave.Append(AdapterNames.ModuleOf(RewardHead.WeightName)).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>What scoring with a loaded model should be known for.</summary>
    public static void Report(LanguageModel model, IChannel channel)
    {
        if (model.Decoder.Adapter is { Config.Dropout: > 0 } adapter)
            channel.Info(FormattableString.Invariant($"The adapter was trained with dropout {adapter.Config.Dropout}, which is no part of scoring."));
    }
}
