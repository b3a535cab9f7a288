using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>Says what a model is and needs without weights.</summary>
internal static class ModelDescriber
{
    /// <param name="folder">A model's, or that of an adapter on one. Its configuration is read, and no weights.</param>
    /// <param name="options">What it would be trained with; null for the defaults.</param>
    /// <param name="note">Takes sentences about fields that are there and not used.</param>
    public static ModelDescription Describe(string folder, PreferenceTrainerOptions? options, Action<string> note)
    {
        TorchRuntime.EnsureLoaded();
        ModelConfig config = ModelConfig.Load(ModelLocation.Of(folder, null).Model);
        ModelFamily family = ModelFamilies.Of(config);
        foreach (string sentence in ConfigCheck.Run(family, config)) note(sentence);
        using var shape = new Decoder(family.Read(config), family.Names, META);
        return Describe(shape, null, config.StoredType, options ?? new ScoringOptions());
    }

    /// <param name="decoder">Any of the model's shapes; its weights are not looked at.</param>
    /// <param name="adapter">The model's own; null for the one that the options, or else the defaults, would make.</param>
    public static ModelDescription Describe(Decoder decoder, AdapterConfig? adapter, string? storedType, ScoringOptions options)
    {
        var trained = options as PreferenceTrainerOptions;
        using Decoder whole = decoder.Shape(), frozen = decoder.Shape();
        AdapterConfig config = adapter ?? (trained?.Lora ?? new LoraOptions()).Config(null);
        frozen.Attach(config, AdapterLayout.Of(frozen, config, "The options of LoRA do not fit the model", strict: adapter is null));
        DecoderArchitecture a = decoder.Architecture;
        return new ModelDescription
        {
            Family = a.ModelType,
            Parameters = whole.ParameterCount,
            Layers = a.Layers.Count,
            HiddenSize = a.HiddenSize,
            VocabularySize = a.VocabularySize,
            ContextLength = a.MaxPositions,
            StoredType = storedType ?? "float32",
            UsualLearningRate = RunForecast.UsualRate(whole.ParameterCount),
            OnCpu = Memory(ComputePrecision.Float32),
            OnCuda = Memory(ComputePrecision.Mixed),
        };

        ModelMemory Memory(ComputePrecision precision)
        {
            ComputePlan plan = options.Plan(new ComputePlan(CPU, precision));
            bool keepsBest = trained is { KeepsBest: true, OutputPath: null };
            var full = new MemoryEstimate(whole, plan);
            long second = trained is { NeedsSecondModel: true } ? full.Weights : 0;
            return new ModelMemory(full.ToScore, full.ToTrain(keepsBest) + second, new MemoryEstimate(frozen, plan).ToTrain(keepsBest));
        }
    }
}
