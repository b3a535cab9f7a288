using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// log p(target) of rows, or of a reward model what it says there, without gradients: logits exist for a chunk of rows at a time.
/// </summary>
internal static class TargetLogProbabilities
{
    /// <summary>How much memory the logits of a chunk may take.</summary>
    public const long ChunkBytes = 64L << 20;

    /// <param name="hidden">[N, hidden], before the final norm</param>
    /// <param name="rows">Which rows predict.</param>
    /// <param name="targets">What each of them should predict.</param>
    /// <param name="wanted">What else is wanted of the rows.</param>
    /// <returns>One of each a row.</returns>
    public static TokenFigures Compute(Decoder decoder, Tensor hidden, int[] rows, int[] targets, WantedFigures wanted = default)
    {
        List<TokenFigures> parts = [];
        int chunk = (int)Math.Max(1, ChunkBytes / (4L * decoder.Architecture.HeadSize));
        using WeightLease lease = decoder.Weights.EnterHead(WeightUse.Forward);
        using DisposeScope outer = NewDisposeScope();
        // One for all chunks: fresh memory is dear.
        Tensor memory = empty([Math.Min(chunk, rows.Length), decoder.Architecture.HeadSize], float32, decoder.Device);
        for (int from = 0; from < rows.Length; from += chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(chunk, rows.Length - from);
            Tensor index = tensor(rows.AsSpan(from, count).ToArray(), int64, decoder.Device);
            Tensor normed = decoder.FinalNorm.Forward(hidden.index_select(0, index)).Output;
            Tensor logits = decoder.Logits(normed, memory.narrow(0, 0, count)); // [count, rows of the head]
            Tensor target = tensor(targets.AsSpan(from, count).ToArray(), int64, decoder.Device).unsqueeze(1);
            parts.Add(decoder.Figures(logits, target, wanted));
        }
        return TokenFigures.Joined(parts);
    }
}
