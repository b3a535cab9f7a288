using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Judges a model in training by pairs that it is not trained on.</summary>
/// <param name="tokensPerPass">At most so many rows a forward pass; a longer pair is one by itself.</param>
/// <param name="batchSize">Pairs of a batch where a reference is followed, which takes means over batches; null where all pairs weigh the same.</param>
/// <param name="reference">The reference model that follows the decoder; null for none.</param>
/// <param name="rows">Pairs that count as one in such a batch; null for each by itself.</param>
/// <param name="routerWeight">The weight of the routers' auxiliary loss; 0 for none.</param>
internal sealed class Validator(
    Decoder decoder, IAlignmentLoss loss, int tokensPerPass, int? batchSize, MovingReference? reference = null, IReadOnlyList<int[]>? rows = null,
    double routerWeight = 0)
{
    public ValidationResult Evaluate(RunData data, int step, double epoch, CancellationToken cancellationToken) =>
        Judge(data, step, epoch, cancellationToken).Result;

    /// <summary>As <see cref="Evaluate"/>, with the margin of each pair; not a number for what is none.</summary>
    public (ValidationResult Result, double[] Margins) Judge(RunData data, int step, double epoch, CancellationToken cancellationToken)
    {
        IReadOnlyList<EncodedPrompt> pairs = reference?.Fill(data.Pairs, Enumerable.Range(0, data.Pairs.Count), cancellationToken) ?? data.Pairs;
        int[][][] batches = [.. Rows(data.Pairs.Count).Chunk(batchSize ?? data.Pairs.Count)];
        int[][] groups = [.. batches.Select(b => b.SelectMany(r => r).ToArray())];
        (GroupScore[] scores, EvaluationFigures figures) = new GroupEvaluator(decoder, tokensPerPass, loss)
            .Judge(pairs, groups, loss, [.. batches.Select(b => b.Length)], routerWeight, cancellationToken);
        var sums = new MetricsSum(loss.TargetMargin);
        foreach (GroupScore group in scores) Add(group, sums);
        return (new ValidationResult(step, epoch, figures.Loss, sums.Metrics()) { Figures = figures }, Array.ConvertAll(scores, Margin));
    }

    private double Margin(GroupScore group) => group.Answers is [var first, var second] && !double.IsNaN(first.Rating) && !double.IsNaN(second.Rating)
        ? loss.Reward.Of(first) - loss.Reward.Of(second) : double.NaN;

    /// <summary>The best answer with each of the others, or a single one by itself; one that is neither chosen nor rejected is not judged.</summary>
    private void Add(GroupScore group, MetricsSum sums)
    {
        AnswerScore[] judged = [.. group.Answers.Where(a => !double.IsNaN(a.Rating))];
        if (judged is [var single]) sums.AddSingle(loss.Reward.Of(single), single.Rating > 0);
        foreach (AnswerScore other in judged.Skip(1)) sums.Add(loss.Reward.Of(judged[0]), loss.Reward.Of(other));
    }

    private IEnumerable<int[]> Rows(int count) => rows ?? Enumerable.Range(0, count).Select(i => new[] { i });
}
