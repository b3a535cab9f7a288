using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>What a fit writes to the log of the <see cref="MLContext"/>.</summary>
internal static class FitReport
{
    public static void Encoded(IChannel channel, EncodingStatistics statistics, PreferenceTrainerOptions options, bool hasTemplate)
    {
        string alone = statistics.AlreadyTemplated > 0 ? $", {statistics.AlreadyTemplated} left alone because they hold its turn tokens" : "";
        string how = statistics.Templated > 0
            ? $"{statistics.Templated} rendered with the model's chat template{alone}"
            : statistics.AlreadyTemplated > 0 ? "left alone because they hold the chat template's turn tokens"
            : options.Rows == RowKind.Texts ? "as they are"
            : !options.ApplyChatTemplate ? "as plain text, for the chat template is turned off"
            : hasTemplate ? "as plain text" : "as plain text, for the model has no chat template";
        channel.Info(statistics.Encoded == 0 ? Say($"0 {options.RowNoun} encoded.") : Say($"{statistics.Encoded} {options.RowNoun} encoded: {how}."));
        if (statistics.CutPrompts > 0)
            channel.Warning(Say(
                $"{statistics.CutPrompts} of {statistics.Encoded} prompts ({statistics.CutPrompts / (double)statistics.Encoded:P1}) were cut at their start ")
                + Say($"to fit `MaxLength` {options.MaxLength} and `MaxPromptLength` {options.MaxPromptLength}."));
        if (statistics.Merged > 0)
            channel.Info(Say($"{statistics.Merged} {options.RowNoun} have a token that spans the border of prompt and answer; it is scored with the answer."));
        if (statistics.DroppedLong > 0)
            channel.Warning(Say(
                $"{statistics.DroppedLong} {options.RowNoun} were dropped because an answer alone is longer than `MaxLength` {options.MaxLength} allows."));
        if (statistics.DroppedEmpty > 0) channel.Warning(Say($"{statistics.DroppedEmpty} {options.RowNoun} were dropped because an answer is empty."));
        if (statistics.CutAnswers > 0)
            channel.Warning(Say($"{statistics.CutAnswers} {options.RowNoun} have an answer that was cut to fit `MaxLength` {options.MaxLength}."));
        if (statistics.RenderedOtherwise is { } otherwise)
            channel.Info(Say($"{otherwise.Count} {options.RowNoun}: the chat template writes their whole conversations without {otherwise.Example} at the ")
                + Say($"end of the prompt (the first is row {otherwise.Row}). They are trained on as the model is served: behind the prompt with it."));
        if (statistics.Faults is { } faults)
            channel.Warning(Say($"{faults.Count} {options.RowNoun} have a sequence that does not begin and end as it should: {faults.Example} ")
                + Say($"(row {faults.Row})."));
        if (statistics.EqualAnswers > 0) channel.Warning(Say($"{statistics.EqualAnswers} pairs have equal answers and teach nothing."));
    }

    /// <summary>Why every row was dropped, and what to do; empty where there was none.</summary>
    public static string WhyNone(EncodingStatistics statistics, PreferenceTrainerOptions options)
    {
        string cut = statistics.DroppedLong == 0
            ? "" : Say($" Of {statistics.DroppedLong} an answer alone is longer than `MaxLength` {options.MaxLength} allows: ") + "raise that.";
        return statistics.DroppedEmpty == 0 ? cut : cut + Say($" Of {statistics.DroppedEmpty} an answer is empty.");
    }

    public static void Plan(IChannel channel, LanguageModel model, IReadOnlyList<EncodedPrompt> pairs, int steps, int seed, PreferenceTrainerOptions options)
    {
        Decoder decoder = model.Decoder;
        string stored = model.StoredType is { } type and not "float32" ? $", whatever type the checkpoint is stored in ({type})" : "";
        string precision = decoder.ComputeType == TorchSharp.torch.float32 ? "computed and trained in float32" : "computed in bfloat16 and trained in float32";
        channel.Info(Say($"{decoder.Architecture.ModelType} model with {decoder.ParameterCount} parameters on {decoder.Device.type}, {precision}{stored}."));
        long tokens = pairs.Sum(p => (long)p.PackedLength);
        channel.Info(Say($"{pairs.Count} {options.RowNoun}, {tokens} tokens with each prompt once; ")
            + Say($"{steps} steps of up to {options.BatchSize} {options.StepNoun}; seed {seed}."));
        foreach (string warning in options.Warnings.Concat(RunForecast.Warnings(options, pairs.Count, steps, decoder))) channel.Warning(warning);
        if (ContextWarning(pairs, decoder.Architecture.MaxPositions, options) is { } tooLong) channel.Warning(tooLong);
    }

    /// <summary>Positions that a model never saw are computed as any other, and mean nothing to it.</summary>
    private static string? ContextWarning(IReadOnlyList<EncodedPrompt> pairs, int positions, PreferenceTrainerOptions options)
    {
        (int count, int longest) = (0, 0);
        foreach (EncodedPrompt pair in pairs)
        {
            int tokens = pair.Answers.Max(a => a.Ids.Length);
            if (tokens > positions) count++;
            longest = Math.Max(longest, tokens);
        }
        return count == 0 ? null
            : Say($"{count} of {pairs.Count} {options.RowNoun} are longer than the {positions} positions that the model was made for, ")
                + Say($"the longest has {longest} tokens. `MaxLength` is {options.MaxLength}: use {positions}.");
    }

    /// <summary>Few pairs in a step of their own are a noisy step with the same learning rate.</summary>
    public static void Remainder(IChannel channel, int pairs, PreferenceTrainerOptions options)
    {
        int remainder = pairs % options.BatchSize;
        bool isLarge = remainder == 0 || remainder * 4 >= options.BatchSize;
        if (options.DropLast || options.KeepPromptsTogether || options.Profile.EpochEnd == EpochEnd.AcrossEpochs) return;
        if (pairs < options.BatchSize || isLarge) return;
        channel.Warning(Say($"The last step of each epoch has {remainder} of {options.BatchSize} {options.StepNoun}, under a quarter: each of them weighs ")
            + Say($"{options.BatchSize / (double)remainder:F0} times as much. Set `DropLast`, or take another `BatchSize`."));
    }

    /// <returns>A finding where rounding undoes most of what was tuned; null where it does not.</returns>
    public static TrainingDiagnosis? Saved(IChannel channel, string path, CheckpointSummary summary, int step)
    {
        const double most = 0.5;
        channel.Info(
            Say($"{summary.Parameters} weights saved to '{path}' in {summary.Files} {(summary.Files == 1 ? "file" : "files")} of {summary.Bytes} bytes."));
        if (summary is not { PutBack: > 0 and { } putBack, Changed: { } changed }) return null;
        double share = putBack / (double)changed;
        string message = Say($"Rounding to bfloat16 put {putBack} of {changed} changed weights ({share:P1}) back to what")
            + " they were before the tuning. Save in float32 to keep them.";
        channel.Warning(message);
        return share > most ? new TrainingDiagnosis(step, TrainingSymptom.WeightsRounded, false, share, message)
        {
            Limit = most,
            Cause = "A step from one bfloat16 number to the next is a 256th of it, and tuning moves most weights by less.",
            Remedy = "torch_dtype: float32",
        } : null;
    }

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
