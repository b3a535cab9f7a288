using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>What can be told of a run before its first step: that it will change nothing, or next to nothing.</summary>
internal static class RunForecast
{
    /// <summary>From here on a rate of AdamW destroys what it tunes, models and adapters of all sizes.</summary>
    public const double DestructiveRate = 1e-2;

    /// <summary>A rate is low where it is so many times below that of models of this size.</summary>
    private const double LowShare = 1.0 / 30;

    /// <summary>The rate that suits a model whose weights are all trained: 2e-4 for two million parameters, 6e-7 for eight thousand million.</summary>
    /// <returns>With one digit.</returns>
    public static double UsualRate(long parameters)
    {
        double rate = 2e-4 * Math.Pow(parameters / 1.7e6, -0.69), unit = Math.Pow(10, Math.Floor(Math.Log10(rate)));
        return Math.Round(rate / unit) * unit;
    }

    /// <summary>Sentences with the numbers of the run, and what to set.</summary>
    public static IEnumerable<string> Warnings(PreferenceTrainerOptions options, int pairs, int steps, Decoder decoder)
    {
        int warmup = Math.Min(steps, options.WarmupSteps ?? LearningRateSchedule.WarmupSteps(options.WarmupRatio, steps));
        if (options.LearningRateScheduler == LearningRateScheduler.Constant) warmup = 0;
        var schedule = new LearningRateSchedule(options.LearningRateScheduler, options.LearningRate, steps, warmup);
        string made = Say($"{pairs} pairs in steps of {options.BatchSize} for {options.Epochs} {(options.Epochs == 1 ? "epoch" : "epochs")}");
        if (!Enumerable.Range(0, steps).Any(i => schedule.At(i) > 0))
            yield return Say($"The run will change nothing: {made} make {Count(steps)} at rate 0, for a warm-up begins there. ")
                + "Set `WarmupRatio` to 0, lower `BatchSize` or raise `Epochs`.";
        else if (warmup > 1 && 2 * warmup > steps)
            yield return Say($"{warmup} of {Count(steps)} are warm-up: `LearningRate` {options.LearningRate:G3} is hardly reached. ")
                + "Lower `WarmupSteps` or `WarmupRatio`, or make more steps.";
        if (options.BatchSize > pairs && pairs > 1)
            yield return Say($"`BatchSize` {options.BatchSize} is above the number of pairs: {made} make {Count(steps)}. ")
                + Say($"Use a `BatchSize` of {Math.Max(1, Math.Min(8, pairs / 4))}, or more `Epochs`.");
        double usual = UsualRate(decoder.ParameterCount);
        if (decoder.Adapter is null && options.LearningRate < LowShare * usual)
            yield return Say($"`LearningRate` {options.LearningRate:G3} hardly moves a model of {decoder.ParameterCount} parameters in {Count(steps)}. ")
                + Say($"Models of this size take about {usual:G1}.");
    }

    private static string Count(int steps) => steps == 1 ? "1 step" : Say($"{steps} steps");

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
