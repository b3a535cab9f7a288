using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>The options in the words of a run's state: those that must be the same for a run to go on, and those that change its rounding alone.</summary>
internal static class RunSettings
{
    public static Dictionary<string, string> Deciding(SimPOTrainer.Options options) => new(StringComparer.Ordinal)
    {
        [nameof(options.Beta)] = Text(options.Beta),
        [nameof(options.GammaBetaRatio)] = Text(options.GammaBetaRatio),
        [nameof(options.LossType)] = Text(options.LossType),
        [nameof(options.LabelSmoothing)] = Text(options.LabelSmoothing),
        [nameof(options.SftWeight)] = Text(options.SftWeight),
        [nameof(options.SftNormalization)] = Text(options.SftNormalization),
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
    };

    public static Dictionary<string, string> Cutting(SimPOTrainer.Options options) => new(StringComparer.Ordinal)
    {
        [nameof(options.TokensPerMicroBatch)] = Text(options.TokensPerMicroBatch),
        [nameof(options.GradientCheckpointing)] = Text(options.GradientCheckpointing),
    };

    private static string Text<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "not set";
}
