using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Training.Session;

namespace Microsoft.ML.SimPO;

/// <summary>Judges a model in training by pairs that it is not trained on.</summary>
internal sealed class Validator(Decoder decoder, PreferenceTrainerOptions options)
{
    public ValidationResult Evaluate(RunData data, int step, double epoch, CancellationToken cancellationToken)
    {
        IAlignmentLoss loss = options.CreateLoss();
        GroupScore[] scores = new PairEvaluator(decoder, options.TokensPerMicroBatch).Score(data.Pairs, cancellationToken);
        var sums = new MetricsSum(loss.TargetMargin);
        foreach (GroupScore pair in scores) sums.Add(loss.Reward.Of(pair.Chosen), loss.Reward.Of(pair.Rejected));
        EvaluationFigures figures = EvaluationFigures.Of(scores, options.EvaluationBatches(data.Pairs.Count), loss);
        return new ValidationResult(step, epoch, figures.Loss, sums.Metrics()) { Figures = figures };
    }
}
