using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Log-probabilities of pairs without gradients. Safe on several threads at once.</summary>
internal sealed class PairScorer(Decoder decoder)
{
    public GroupScore[] Score(IReadOnlyList<EncodedPair> pairs, CancellationToken cancellationToken = default)
    {
        PackedBatch batch = PackedBatch.Of([.. pairs.Select((p, i) => (i, p))], decoder.Architecture);
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(decoder.Architecture, batch.Tokens, decoder.Device);
        float[] logps = TargetLogProbabilities.Compute(decoder, decoder.Forward(pass, cancellationToken), batch.ScoredRows, batch.Targets);
        return [.. batch.Pairs.Select(p => GroupScore.Pair(
            Sum(logps, p.Start, p.ChosenCount), p.ChosenCount, Sum(logps, p.Start + p.ChosenCount, p.RejectedCount), p.RejectedCount))];
    }

    private static double Sum(float[] values, int from, int count)
    {
        double sum = 0;
        for (int i = from; i < from + count; i++) sum += values[i];
        return sum;
    }
}
