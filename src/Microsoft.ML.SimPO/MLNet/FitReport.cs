using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>What a fit writes to the log of the <see cref="MLContext"/>.</summary>
internal static class FitReport
{
    public static void Encoded(IChannel channel, EncodingStatistics statistics, SimPOTrainer.Options options)
    {
        string how = statistics.Templated > 0
            ? $"{statistics.Templated} rendered with the model's chat template{(statistics.AlreadyTemplated > 0 ? $", {statistics.AlreadyTemplated} left alone because they hold its turn tokens" : "")}"
            : statistics.AlreadyTemplated > 0 ? "left alone because they hold the chat template's turn tokens"
            : options.ApplyChatTemplate ? "as plain text, for the model has no chat template" : "as plain text, for the chat template is turned off";
        channel.Info(Say($"{statistics.Encoded} pairs encoded: {how}."));
        if (statistics.CutPrompts > 0) channel.Info(Say($"{statistics.CutPrompts} prompts were cut to fit `MaxLength` {options.MaxLength} and `MaxPromptLength` {options.MaxPromptLength}."));
        if (statistics.Merged > 0) channel.Info(Say($"{statistics.Merged} pairs have a token that spans the border of prompt and answer; it is scored with the answer."));
        if (statistics.DroppedLong > 0) channel.Warning(Say($"{statistics.DroppedLong} pairs were dropped because an answer alone is longer than `MaxLength` {options.MaxLength} allows."));
        if (statistics.EqualAnswers > 0) channel.Warning(Say($"{statistics.EqualAnswers} pairs have equal answers and teach nothing."));
    }

    public static void Plan(IChannel channel, Decoder decoder, IReadOnlyList<EncodedPair> pairs, int steps, int seed, SimPOTrainer.Options options)
    {
        channel.Info(Say($"{decoder.Architecture.ModelType} model with {decoder.ParameterCount} parameters on {decoder.Device.type}, computed and trained in float32."));
        channel.Info(Say($"{pairs.Count} pairs, {pairs.Sum(p => (long)p.PackedLength)} tokens with each prompt once; {steps} steps of up to {options.BatchSize} pairs; seed {seed}."));
        if (options.LossType == SimPOLossType.Hinge && options.LabelSmoothing > 0) channel.Warning("`LabelSmoothing` has no effect with the hinge loss.");
    }

    public static void Step(IChannel channel, TrainingProgress p) => channel.Info(Say(
        $"step {p.Step}/{p.TotalSteps} epoch {p.Epoch:F2} loss {p.Loss:F4} margin {p.Margin:F4} accuracy {p.Accuracy:P0} grad_norm {p.GradientNorm:G4} learning_rate {p.LearningRate:G3} tokens/s {p.TokensPerSecond:F0}"));

    public static void Validation(IChannel channel, int step, AlignmentMetrics metrics) => channel.Info(Say(
        $"validation after step {step}: accuracy {metrics.Accuracy:P1} mean margin {metrics.MeanMargin:F4} loss {metrics.LogLoss:F4} of {metrics.Count} pairs"));

    public static void Done(IChannel channel, int steps, TimeSpan elapsed) => channel.Info(Say($"{steps} steps in {elapsed.TotalSeconds:F1} s."));

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
