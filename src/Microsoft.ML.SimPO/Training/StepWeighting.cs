using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What pairs and tokens weigh in a step, which decides whether the result depends on how the step is cut.</summary>
internal sealed record StepWeighting
{
    /// <summary>Every pair of a step weighs the same, however it is cut.</summary>
    public static StepWeighting EachPair { get; } = new();

    /// <summary>Every micro-batch weighs the same, as in the reference trainers: pairs of a small one weigh more.</summary>
    public bool ByMicroBatch { get; private init; }

    /// <summary>What micro-batches are divided by; null for as many as the step has.</summary>
    public int? Divisor { get; private init; }

    public SftNormalization SftNormalization { get; init; }

    /// <param name="divisor">The configured number of micro-batches a step; null for as many as a step has.</param>
    public static StepWeighting EachMicroBatch(int? divisor = null) =>
        new() { ByMicroBatch = true, Divisor = divisor, SftNormalization = SftNormalization.MicroBatchTokens };

    /// <summary>The context of each micro-batch's groups.</summary>
    /// <param name="scored">Whether a mean over tokens counts those of prompts.</param>
    /// <param name="unscored">Tokens of a group that it counts although nothing scores them.</param>
    public GroupContext[] Contexts(TrainingStep step, IReadOnlyList<EncodedPrompt> groups, ScoredTokens scored = ScoredTokens.Answers, int unscored = 0)
    {
        int Count(EncodedAnswer answer) => unscored + (scored == ScoredTokens.PromptAndAnswers ? answer.Ids.Length - 1 : answer.Length);
        int[] tokens = [.. step.MicroBatches.Select(m => m.Sum(i => Count(groups[i].Chosen)))];
        double divisor = Divisor ?? step.MicroBatches.Count;
        return [.. step.MicroBatches.Select((m, i) => new GroupContext(
            ByMicroBatch ? 1 / (m.Length * divisor) : 1.0 / step.PairCount,
            SftNormalization == SftNormalization.MicroBatchTokens ? 1 / (tokens[i] * divisor) : 1.0 / tokens.Sum()))];
    }

    /// <summary>What balances the routers in each micro-batch: one of the whole step, or one of each.</summary>
    /// <param name="weight">Of the auxiliary loss beside a loss that is the mean of its step.</param>
    public RouterBalance[] Balances(TrainingStep step, double weight)
    {
        if (ByMicroBatch) return [.. step.MicroBatches.Select(_ => new RouterBalance(weight / (Divisor ?? step.MicroBatches.Count)))];
        return [.. Enumerable.Repeat(new RouterBalance(weight), step.MicroBatches.Count)];
    }

    /// <summary>The step's groups in batches that weigh the same, as they do in the loss.</summary>
    public GroupScore[][] Batches(IReadOnlyList<GroupResult[]> microBatches)
    {
        GroupScore[][] scores = [.. microBatches.Select(m => m.Select(r => r.Score).ToArray())];
        return ByMicroBatch ? scores : [[.. scores.SelectMany(s => s)]];
    }
}
