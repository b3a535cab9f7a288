using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO;

/// <summary>The options in the words of a run's state: what must be the same for a run to go on, and what changes its rounding alone.</summary>
internal static class RunSettings
{
    /// <param name="decoder">The model before a new adapter is put on it.</param>
    /// <param name="pairs">How many there are.</param>
    /// <param name="data">The fingerprint of the pairs.</param>
    public static Dictionary<string, string> Deciding(PreferenceTrainerOptions options, Decoder decoder, int pairs, string data) => new(options.Deciding.Select(o => KeyValuePair.Create(o.Key, Text(o.Value))), StringComparer.Ordinal)
    {
        [nameof(options.Beta)] = Text(options.Beta),
        [nameof(options.Compatibility)] = Text(options.Compatibility),
        [nameof(options.LearningRate)] = Text(options.LearningRate),
        [nameof(options.LearningRateScheduler)] = Text(options.LearningRateScheduler),
        [nameof(options.WarmupRatio)] = Text(options.WarmupRatio),
        [nameof(options.WarmupSteps)] = Text(options.WarmupSteps),
        [nameof(options.Epochs)] = Text(options.Epochs),
        [nameof(options.BatchSize)] = Text(options.BatchSize),
        [nameof(options.DropLast)] = Text(options.DropLast),
        [nameof(options.Shuffle)] = Text(options.Shuffle),
        [nameof(options.WeightDecay)] = Text(options.WeightDecay),
        [nameof(options.MaxGradNorm)] = Text(options.MaxGradNorm),
        [nameof(options.AdamBeta1)] = Text(options.AdamBeta1),
        [nameof(options.AdamBeta2)] = Text(options.AdamBeta2),
        [nameof(options.AdamEpsilon)] = Text(options.AdamEpsilon),
        [nameof(options.PairsPerMicroBatch)] = Text(options.PairsPerMicroBatch),
        [nameof(options.Lora)] = Text(options.Lora),
        ["adapter of the model"] = decoder.Adapter is { } adapter ? Compact(adapter.Config) : Text(""),
        ["sample of the frozen weights"] = options.Lora is null && decoder.Adapter is null ? Text("") : FrozenWeights.Sample(decoder), // a checkpoint of an adapter does not hold them
        ["number of pairs"] = Text(pairs),
        ["SHA-256 of the encoded pairs"] = data,
    };

    public static Dictionary<string, string> Cutting(PreferenceTrainerOptions options) => new(StringComparer.Ordinal)
    {
        [nameof(options.TokensPerMicroBatch)] = Text(options.TokensPerMicroBatch),
        [nameof(options.GradientCheckpointing)] = Text(options.GradientCheckpointing),
    };

    /// <summary>What differs, a sentence each.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now) =>
        from name in saved.Keys.Union(now.Keys)
        let before = saved.GetValueOrDefault(name, "not set")
        let current = now.GetValueOrDefault(name, "not set")
        where before != current
        select $"`{name}` was {before} there and is {current} now.";

    /// <summary>What the adapter computes with: its configuration in a line, without the model's path and what is no part of training.</summary>
    private static string Compact(AdapterConfig config)
    {
        using JsonDocument json = JsonDocument.Parse((config with { BaseModel = null, Dropout = 0 }).ToJson());
        return JsonSerializer.Serialize(json.RootElement);
    }

    private static string Text<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "not set";
}
