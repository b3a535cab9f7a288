using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Judges a model in training by pairs that it is not trained on.</summary>
internal sealed class Validator(Decoder decoder, SimPOTrainer.Options options)
{
    public ValidationResult Evaluate(IReadOnlyList<EncodedPair> pairs, int step, double epoch, CancellationToken cancellationToken)
    {
        IAlignmentLoss loss = options.Loss();
        GroupScore[] scores = new PairEvaluator(decoder, options.TokensPerMicroBatch).Score(pairs, cancellationToken);
        var sums = new MetricsSum(loss.TargetMargin);
        foreach (GroupScore pair in scores) sums.Add(loss.Reward.Of(pair.Chosen), loss.Reward.Of(pair.Rejected));
        EvaluationFigures figures = EvaluationFigures.Of(scores, Batches(pairs.Count), loss);
        return new ValidationResult(step, epoch, figures.Loss, sums.Metrics()) { Figures = figures };
    }

    /// <summary>All pairs weigh the same, unless a reference is followed: it takes means over batches, here of the size of a micro-batch.</summary>
    private IReadOnlyList<int[]> Batches(int count)
    {
        IEnumerable<int> all = Enumerable.Range(0, count);
        return options.Compatibility == Compatibility.None ? [[.. all]] : [.. all.Chunk(options.PairsPerMicroBatch ?? options.BatchSize)];
    }
}
