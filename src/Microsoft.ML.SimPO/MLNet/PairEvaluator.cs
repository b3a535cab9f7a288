using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>Metrics of encoded pairs, without gradients.</summary>
internal sealed class PairEvaluator(Decoder decoder, SimPOTrainer.Options options)
{
    public AlignmentMetrics Evaluate(IReadOnlyList<EncodedPair> pairs, CancellationToken cancellationToken)
    {
        var scorer = new PairScorer(decoder);
        var sums = new MetricsSum(options.Beta * options.GammaBetaRatio);
        var planner = new StepPlanner(pairs, pairs.Count, options.TokensPerMicroBatch);
        foreach (int[] batch in planner.Plan(1, null)[0].MicroBatches)
            foreach (PairLogProbabilities pair in scorer.Score([.. batch.Select(i => pairs[i])], cancellationToken))
                sums.Add(options.Beta * pair.ChosenMean, options.Beta * pair.RejectedMean);
        return sums.Metrics();
    }
}
