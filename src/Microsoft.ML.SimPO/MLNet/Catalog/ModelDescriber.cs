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
        return Of(shape, null, config.StoredType, options ?? new ScoringOptions());
    }

    /// <param name="decoder">Any of the model's shapes; its weights are not looked at.</param>
    /// <param name="adapter">The model's own; null for the one that the options, or else the defaults, would make.</param>
    public static ModelDescription Describe(Decoder decoder, AdapterConfig? adapter, string? storedType, ScoringOptions options)
    {
        using Decoder shape = decoder.Shape();
        return Of(shape, adapter, storedType, options);
    }

    /// <param name="shape">Without an adapter; it gets one, when what it takes without is known.</param>
    private static ModelDescription Of(Decoder shape, AdapterConfig? adapter, string? storedType, ScoringOptions options)
    {
        var trained = options as PreferenceTrainerOptions;
        bool keepsBest = trained is { KeepsBest: true, OutputPath: null };
        long parameters = shape.ParameterCount;
        (long Score, long Train) onCpu = Full(ComputePrecision.Float32), onCuda = Full(ComputePrecision.Mixed);
        AdapterConfig config = adapter ?? (trained?.Lora ?? new LoraOptions()).Config(null);
        shape.Attach(config, AdapterLayout.Of(shape, config, "The options of LoRA do not fit the model", strict: adapter is null));
        DecoderArchitecture a = shape.Architecture;
        return new ModelDescription
        {
            Family = a.ModelType,
            Parameters = parameters,
            Layers = a.Layers.Count,
            HiddenSize = a.HiddenSize,
            VocabularySize = a.VocabularySize,
            ContextLength = a.MaxPositions,
            StoredType = storedType ?? "float32",
            UsualLearningRate = RunForecast.UsualRate(parameters),
            OnCpu = new ModelMemory(onCpu.Score, onCpu.Train, Estimate(ComputePrecision.Float32).ToTrain(keepsBest)),
            OnCuda = new ModelMemory(onCuda.Score, onCuda.Train, Estimate(ComputePrecision.Mixed).ToTrain(keepsBest)),
        };

        MemoryEstimate Estimate(ComputePrecision precision) => new(shape, options.Plan(new ComputePlan(CPU, precision)));

        (long Score, long Train) Full(ComputePrecision precision)
        {
            MemoryEstimate full = Estimate(precision);
            return (full.ToScore, full.ToTrain(keepsBest) + (trained is { NeedsSecondModel: true } ? full.Weights : 0));
        }
    }
}
