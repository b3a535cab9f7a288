using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Judges a model in training by pairs that it is not trained on.</summary>
/// <param name="targetMargin">Subtracted from every margin in the log-loss.</param>
/// <param name="batchSize">Pairs of a batch where a reference is followed, which takes means over batches; null where all pairs weigh the same.</param>
internal sealed class Validator(Decoder decoder, IPreferenceLoss loss, TrainingSettings settings, double targetMargin, int? batchSize)
{
    public ValidationResult Evaluate(RunData data, int step, double epoch, CancellationToken cancellationToken)
    {
        PairLogProbabilities[] scores = new PairEvaluator(decoder, settings.Plan.TokensPerPass).Score(data.Pairs, cancellationToken);
        var sums = new MetricsSum(targetMargin);
        foreach (PairLogProbabilities pair in scores) sums.Add(settings.Beta * pair.ChosenMean, settings.Beta * pair.RejectedMean);
        EvaluationFigures figures = EvaluationFigures.Of(scores, Batches(data.Pairs.Count), loss, settings.Beta);
        return new ValidationResult(step, epoch, figures.Loss, sums.Metrics()) { Figures = figures };
    }

    private IReadOnlyList<int[]> Batches(int count) => [.. Enumerable.Range(0, count).Chunk(batchSize ?? count)];
}
