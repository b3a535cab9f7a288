using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO;

/// <summary>Says what a model is and needs without weights.</summary>
internal static class ModelDescriber
{
    /// <param name="folder">A model's, or that of an adapter on one. Its configuration is read, and no weights.</param>
    /// <param name="options">What it would be trained with; null for the defaults.</param>
    /// <param name="note">Takes sentences about fields that are there and not used.</param>
    public static ModelDescription Describe(string folder, PreferenceTrainerOptions? options, Action<string> note)
    {
        ModelConfig config = TextConfig.Of(ModelStart.ConfigOf(ModelLocation.Of(folder, null).Model));
        ModelFamily family = ModelFamilies.Of(config);
        foreach (string sentence in ConfigCheck.Run(family, config)) note(sentence);
        return Describe(family.Read(config), family.Names, null, config.StoredType, options ?? new ScoringOptions());
    }

    /// <param name="adapter">The model's own; null for the one that the options, or else the defaults, would make.</param>
    public static ModelDescription Describe(
        DecoderArchitecture architecture, LayerNames names, AdapterConfig? adapter, string? storedType, ScoringOptions options)
    {
        var trained = options as PreferenceTrainerOptions;
        architecture = trained?.Tuned(architecture) ?? architecture;
        const string place = "The options of LoRA do not fit the model";
        ParameterTotals whole = ParameterTotals.Of(architecture, names, null, place, strict: true);
        AdapterConfig config = adapter ?? (trained?.Lora ?? new LoraOptions()).Config(null);
        ParameterTotals frozen = ParameterTotals.Of(architecture, names, config, place, strict: adapter is null);
        return new ModelDescription
        {
            Family = architecture.ModelType,
            Parameters = whole.Model,
            Layers = architecture.Layers.Count,
            HiddenSize = architecture.HiddenSize,
            VocabularySize = architecture.VocabularySize,
            ContextLength = architecture.MaxPositions,
            StoredType = storedType ?? "float32",
            UsualLearningRate = RunForecast.UsualRate(whole.Model),
            OnCpu = Memory(ComputePrecision.Float32),
            OnCuda = Memory(ComputePrecision.Mixed),
        };

        ModelMemory Memory(ComputePrecision precision)
        {
            ComputePlan plan = options.Plan(ComputePlan.ToCount(precision));
            bool keepsBest = trained is { KeepsBest: true, OutputPath: null };
            var full = new MemoryEstimate(architecture, whole, plan);
            long second = trained is { NeedsSecondModel: true } ? full.Weights : 0;
            return new ModelMemory(full.ToScore, full.ToTrain(keepsBest) + second, new MemoryEstimate(architecture, frozen, plan).ToTrain(keepsBest));
        }
    }
}
