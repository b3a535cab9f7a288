using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO.Evaluation;

/// <summary>Metrics of encoded pairs, without gradients.</summary>
/// <param name="targetMargin">Subtracted from every margin in the log-loss.</param>
/// <param name="tokensPerBatch">At most so many rows a forward pass; a longer pair is one by itself.</param>
internal sealed class PairEvaluator(Decoder decoder, double beta, double targetMargin, int tokensPerBatch)
{
    public AlignmentMetrics Evaluate(IReadOnlyList<EncodedPair> pairs, CancellationToken cancellationToken)
    {
        var scorer = new PairScorer(decoder);
        var sums = new MetricsSum(targetMargin);
        var planner = new StepPlanner(pairs, pairs.Count, tokensPerBatch);
        foreach (int[] batch in planner.Plan(1, null)[0].MicroBatches)
            foreach (PairLogProbabilities pair in scorer.Score([.. batch.Select(i => pairs[i])], cancellationToken))
                sums.Add(beta * pair.ChosenMean, beta * pair.RejectedMean);
        return sums.Metrics();
    }
}
