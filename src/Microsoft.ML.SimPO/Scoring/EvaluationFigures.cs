using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>What the loss and the rewards are on pairs that are not trained on, as Hugging Face's trainers name them with <c>eval_</c> before.</summary>
internal sealed record EvaluationFigures(
    double Loss, double ChosenReward, double RejectedReward, double Accuracy, double Margin, double ChosenLogProbability, double RejectedLogProbability)
{
    /// <summary>
    /// The loss is weighted by pairs; every other figure is the plain mean over batches, the trainers' own habit. With one batch of all pairs, each pair weighs the same.
    /// </summary>
    /// <param name="scores">Of each pair.</param>
    /// <param name="batches">Indices into <paramref name="scores"/>.</param>
    public static EvaluationFigures Of(IReadOnlyList<PairLogProbabilities> scores, IReadOnlyList<int[]> batches, IPreferenceLoss loss, double beta)
    {
        double Mean(Func<PairLogProbabilities, double> figure) => batches.Average(b => b.Average(i => figure(scores[i])));
        double sum = batches.Sum(batch =>
        {
            var context = new PairContext(1.0 / batch.Length, 1.0 / batch.Sum(i => scores[i].ChosenCount));
            return batch.Length * batch.Sum(i => loss.Evaluate(scores[i], context).Value);
        });
        double chosen = Mean(s => s.ChosenMean), rejected = Mean(s => s.RejectedMean);
        return new EvaluationFigures(
            sum / batches.Sum(b => b.Length), beta * chosen, beta * rejected, Mean(s => s.ChosenMean > s.RejectedMean ? 1 : 0), beta * (chosen - rejected), chosen, rejected);
    }
}
