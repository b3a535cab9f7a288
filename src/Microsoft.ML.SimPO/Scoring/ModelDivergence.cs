using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>How far the distributions of a model are from those of another with the same vocabulary.</summary>
internal static class ModelDivergence
{
    /// <summary>
    /// KL(model || start) = sum_v p(v) (log p(v) - log q(v)) at the place of every token of all answers, in nats: the mean over these, and not a number without
    /// any.
    /// </summary>
    /// <param name="tokensPerPass">At most so many rows a forward pass; a longer group is one by itself.</param>
    public static double PerToken(
        Decoder model, Decoder start, IReadOnlyList<EncodedPrompt> groups, int tokensPerPass, CancellationToken cancellationToken)
    {
        double sum = 0;
        long count = 0;
        foreach (int[] indices in PassCutter.Cut(Enumerable.Range(0, groups.Count), groups, tokensPerPass))
        {
            PackedBatch batch = PackedBatch.Of([.. indices.Select(i => (i, groups[i]))], model.Architecture);
            using DisposeScope scope = NewDisposeScope();
            Tensor ofModel = Hidden(model, batch, cancellationToken), ofStart = Hidden(start, batch, cancellationToken); // [N, hidden]
            int chunk = (int)Math.Max(1, TargetLogProbabilities.ChunkBytes / (4L * model.Architecture.VocabularySize));
            foreach (int[] rows in batch.ScoredRows.Chunk(chunk)) sum += Sum(LogProbabilities(model, ofModel, rows), LogProbabilities(start, ofStart, rows));
            count += batch.ScoredRows.Length;
        }
        return sum / count;
    }

    private static Tensor Hidden(Decoder decoder, PackedBatch batch, CancellationToken cancellationToken)
    {
        using var pass = DecoderPass.Packed(decoder.Architecture, batch.Tokens, decoder.Device);
        return decoder.Forward(pass, cancellationToken);
    }

    /// <returns>[rows, vocabulary]</returns>
    private static Tensor LogProbabilities(Decoder decoder, Tensor hidden, int[] rows)
    {
        using WeightLease lease = decoder.Weights.EnterHead(WeightUse.Forward);
        using DisposeScope scope = NewDisposeScope();
        Tensor selected = hidden.index_select(0, tensor(rows, int64, decoder.Device));
        return nn.functional.log_softmax(decoder.Logits(decoder.FinalNorm.Forward(selected).Output), 1).MoveToOuterDisposeScope();
    }

    private static double Sum(Tensor model, Tensor start)
    {
        using (model)
        using (start)
        {
            using DisposeScope scope = NewDisposeScope();
            return (model.exp() * (model - start.to(model.device))).sum(1).to(float64).sum().item<double>();
        }
    }
}
